import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { duration } from '../parts/quantity.ts'
import { slaOf } from '../traces/window.ts'
import type { Viewer } from '../viewer.ts'
import { edgesOf, stretch } from './bucket-times.ts'
import { lonePoints } from './lone-points.ts'
import type { Series } from './tiles.tsx'
import { TimeAxis } from './time-axis.tsx'

type Bucket = Series['buckets'][number]

const QUANTILES = ['p50', 'p95', 'p99'] as const
type Quantile = (typeof QUANTILES)[number]

const HEIGHT = 168
const TOP = 14
const STEP = 10
const TICKS = 3
/** Lengths that an axis counts in, and from which longest one on. */
const UNITS = [
  [1, 0],
  [1000, 1000],
  [60_000, 180_000],
  [3_600_000, 10_800_000],
] as const

const msOf = (bucket: Bucket, quantile: Quantile): number | null => bucket[`${quantile}_ms`]

/** A scale from zero to a round length over the longest one, and its round ticks in milliseconds. */
function scaleOf(most: number) {
  const [unit] = UNITS.findLast(([, from]) => most >= from) ?? UNITS[0]
  const scale = scaleLinear([0, most / unit || 1], [HEIGHT, TOP]).nice(TICKS)
  const ticks = scale.ticks(TICKS).filter((tick) => tick > 0)
  return { y: (ms: number) => scale(ms / unit), ticks: ticks.map((tick) => tick * unit) }
}

const Rule = ({ at, kind }: { at: number; kind: string }) => (
  <line class={kind} x1="0" x2="100%" y1={at.toFixed(1)} y2={at.toFixed(1)} />
)

const Lines = ({ buckets, y }: { buckets: Bucket[]; y: (ms: number) => number }) => (
  <svg
    x="0"
    y="0"
    width="100%"
    height={HEIGHT}
    viewBox={`0 0 ${buckets.length * STEP} ${HEIGHT}`}
    preserveAspectRatio="none"
  >
    {QUANTILES.map((quantile) => {
      const values = buckets.map((bucket) => msOf(bucket, quantile))
      const x = (n: number) => (n + 0.5) * STEP
      const path = line<number | null>(
        (_, n) => x(n),
        (ms) => y(ms ?? 0),
      )
        .defined((ms) => ms !== null)
        .digits(1)
      return (
        <>
          <path class={`line-${quantile}`} d={path(values) ?? ''} />
          <path class={`line-${quantile} lone`} d={lonePoints(values, x, y)} />
        </>
      )
    })}
  </svg>
)

/** A strip over each bucket, as wide as it, that says its figures to a pointer; the table has them for all others. */
const Tips = ({ viewer, data }: { viewer: Viewer; data: Series }) => {
  const edges = edgesOf(data, viewer.url.searchParams.has('to'))
  const width = 100 / data.buckets.length
  return (
    <g>
      {data.buckets.map((bucket, n) => {
        const at = edges[n]
        if (!at || bucket.ended === 0) return null
        const said = QUANTILES.map((quantile) => `${quantile} ${duration(viewer, msOf(bucket, quantile))}`)
        return (
          <rect
            class="tip"
            x={`${(n * width).toFixed(2)}%`}
            y="0"
            width={`${width.toFixed(2)}%`}
            height={HEIGHT}
          >
            <title>{[stretch(at), ...said].join(' · ')}</title>
          </rect>
        )
      })}
    </g>
  )
}

const Legend = ({ viewer, totals }: { viewer: Viewer; totals: Series['totals'] }) => (
  <ul class="legend">
    {QUANTILES.map((quantile) => (
      <li>
        <svg class="swatch swatch-line" viewBox="0 0 20 10" aria-hidden="true" focusable="false">
          <path class={`line-${quantile}`} d="M1 5H19" />
        </svg>
        {quantile} <strong>{duration(viewer, totals[`${quantile}_ms`])}</strong>
      </li>
    ))}
  </ul>
)

/** How long traces took over the window: the median, and what the slowest twentieth and hundredth exceed. */
export const Latency = ({ viewer, data }: { viewer: Viewer; data: Series }) => {
  const { charts, figures } = viewer.text
  const { buckets, totals } = data
  const sla = slaOf(viewer)
  const { y, ticks } = scaleOf(Math.max(0, ...buckets.map(({ p99_ms }) => p99_ms ?? 0)))
  const has_limit = y(sla) >= TOP
  const edges = edgesOf(data, viewer.url.searchParams.has('to'))
  return (
    <figure class="chart latency" aria-labelledby="latency-title">
      <figcaption>
        <h2 id="latency-title">{charts.latency}</h2>
        <Legend viewer={viewer} totals={totals} />
      </figcaption>
      {totals.ended === 0 ? (
        <p class="chart-empty">{charts.none_ended}</p>
      ) : (
        <>
          <svg
            class="lines"
            width="100%"
            height={HEIGHT}
            role="img"
            aria-labelledby="latency-name latency-desc"
          >
            <title id="latency-name">{charts.latency}</title>
            <desc id="latency-desc">
              {QUANTILES.map((q) => `${q} ${duration(viewer, totals[`${q}_ms`])}`).join(', ')}
            </desc>
            {ticks.map((tick) => (
              <Rule at={y(tick)} kind="grid" />
            ))}
            <Rule at={HEIGHT - 0.5} kind="grid grid-base" />
            {has_limit && <Rule at={y(sla)} kind="limit" />}
            <Lines buckets={buckets} y={y} />
            {ticks.map((tick) => (
              <text x="0" y={(y(tick) - 4).toFixed(1)}>
                {duration(viewer, tick)}
              </text>
            ))}
            {has_limit && (
              <text class="limit-name" x="100%" y={(y(sla) - 4).toFixed(1)} text-anchor="end">
                {figures.sla(duration(viewer, sla))}
              </text>
            )}
            <Tips viewer={viewer} data={data} />
          </svg>
          <TimeAxis viewer={viewer} edges={edges} />
        </>
      )}
    </figure>
  )
}
