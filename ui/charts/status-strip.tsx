import { scaleLinear } from 'd3-scale'
import { stack } from 'd3-shape'
import { STATUSES, type Status } from '#shared/schema/status.ts'
import { count } from '../parts/quantity.ts'
import { windowOf } from '../traces/window.ts'
import type { Viewer } from '../viewer.ts'
import { edgesOf, fieldTime, stretch, type Edges } from './bucket-times.ts'
import type { Series } from './tiles.tsx'
import { TimeAxis } from './time-axis.tsx'

type Bucket = Series['buckets'][number]
type Part = { status: Status; y: number; height: number }

const STEP = 10
const HEIGHT = 96
const GAP = 1.2

/** From the ground up: what failed stands on it, so that failures can be compared. */
const ORDER: Status[] = ['error', 'interrupted', 'cancelled', 'running', 'success']

/** The length of a bar; buckets are whole minutes or whole hours. */
function lengthOf(viewer: Viewer, seconds: number): string {
  const { minutes, hours } = viewer.text.charts
  const is_short = seconds < 3600
  const n = count(viewer, Math.round(seconds / (is_short ? 60 : 3600)))
  return is_short ? minutes(n) : hours(n)
}

/** The stacked parts of every bar. */
function partsOf(buckets: Bucket[], most: number): Part[][] {
  const y = scaleLinear([0, most], [HEIGHT, 0])
  const layers = stack<Bucket, Status>()
    .keys(ORDER)
    .value(({ traces }, status) => traces[status])(buckets)
  return buckets.map((_, n) =>
    layers.flatMap(({ key, [n]: piece }) => {
      const [low = 0, high = 0] = piece ?? []
      return high === low ? [] : [{ status: key, y: y(high), height: y(low) - y(high) }]
    }),
  )
}

function sayBar({ text, ...viewer }: Viewer, { traces }: Bucket, edges: Edges): string {
  const n = (value: number) => count({ text, ...viewer }, value)
  const parts = ORDER.filter((status) => traces[status] > 0).map(
    (status) => `${text.status[status]} ${n(traces[status])}`,
  )
  return [stretch(edges), `${text.figures.total} ${n(traces.total)}`, ...parts].join(' · ')
}

type BarProps = { viewer: Viewer; bucket: Bucket; edges: Edges; parts: Part[]; n: number; is_link: boolean }

const Bar = ({ viewer, bucket, edges, parts, n, is_link }: BarProps) => {
  if (bucket.traces.total === 0) return null
  const said = sayBar(viewer, bucket, edges)
  const content = (
    <>
      <title>{said}</title>
      <rect class="bar-ground" x={n * STEP} y="0" width={STEP} height={HEIGHT} />
      {parts.map(({ status, y, height }) => (
        <rect
          class={`bar-${status}`}
          x={n * STEP + GAP / 2}
          y={y.toFixed(2)}
          width={STEP - GAP}
          height={height.toFixed(2)}
        />
      ))}
    </>
  )
  if (!is_link) return <g>{content}</g>
  const to = { from: fieldTime(edges.from), to: fieldTime(edges.to), range: null, cursor: null }
  return (
    <a class="bar" href={viewer.keep('/', to)} aria-label={said}>
      {content}
    </a>
  )
}

const Legend = ({ viewer, totals }: { viewer: Viewer; totals: Series['totals'] }) => (
  <ul class="legend">
    {STATUSES.filter((status) => totals.traces[status] > 0).map((status) => (
      <li>
        <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
          <rect class={`bar-${status}`} width="10" height="10" rx="2" />
        </svg>
        {viewer.text.status[status]} <strong>{count(viewer, totals.traces[status])}</strong>
      </li>
    ))}
  </ul>
)

type PlotProps = { viewer: Viewer; data: Series; most: number }

const Plot = ({ viewer, data, most }: PlotProps) => {
  const { charts } = viewer.text
  const { buckets, totals } = data
  const edges = edgesOf(data, viewer.url.searchParams.has('to'))
  const parts = partsOf(buckets, most)
  return (
    <>
      <div class="plot">
        <span class="plot-top">{charts.most(count(viewer, most))}</span>
        <svg
          class="bars"
          role="group"
          aria-label={charts.volume_desc(count(viewer, totals.traces.total))}
          viewBox={`0 0 ${buckets.length * STEP} ${HEIGHT}`}
          preserveAspectRatio="none"
        >
          {buckets.map((bucket, n) => (
            <Bar
              viewer={viewer}
              bucket={bucket}
              edges={edges[n] ?? { from: 0, to: 0 }}
              parts={parts[n] ?? []}
              n={n}
              is_link={buckets.length > 1}
            />
          ))}
        </svg>
      </div>
      <TimeAxis viewer={viewer} edges={edges} />
    </>
  )
}

/** How many traces started when, by what became of them; each bar leads to its own stretch of time. */
export const StatusStrip = ({ viewer, data }: { viewer: Viewer; data: Series }) => {
  const { charts } = viewer.text
  const most = Math.max(0, ...data.buckets.map(({ traces }) => traces.total))
  const month = viewer.keep('/', { range: '30d', from: null, to: null, cursor: null })
  return (
    <figure class="chart strip" aria-labelledby="strip-title">
      <figcaption>
        <h2 id="strip-title">{charts.volume}</h2>
        <Legend viewer={viewer} totals={data.totals} />
        {most > 0 && data.buckets.length > 1 && (
          <span class="hint">{charts.volume_hint(lengthOf(viewer, data.bucket_seconds))}</span>
        )}
      </figcaption>
      {most > 0 ? (
        <Plot viewer={viewer} data={data} most={most} />
      ) : (
        <p class="chart-empty">
          {charts.none_started} {windowOf(viewer) !== '30d' && <a href={month}>{charts.show_month}</a>}
        </p>
      )}
    </figure>
  )
}
