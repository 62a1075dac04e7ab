import type { Child } from 'hono/jsx'
import type { Output } from '#shared/contract/endpoint.ts'
import type { series } from '#shared/contract/stats.ts'
import { compact, cost, count, duration, percent } from '../parts/quantity.ts'
import { slaOf, windowOf } from '../traces/window.ts'
import type { Viewer } from '../viewer.ts'
import { ChangeMark, changeOf, pointsOf, type Better, type Pair } from './change.tsx'
import { Sparkline } from './sparkline.tsx'

export type Series = Output<typeof series>
type Figures = Series['totals'] | Series['buckets'][number]

type Tile = {
  name: string
  /** The figure of any stretch of time; null where it is not known. */
  of: (figures: Figures) => number | null
  show: (value: number | null) => string
  better: Better
  kind?: string
  note?: string
  title?: string
  href?: string
  is_share?: boolean
  /** Counted for the window alone, so there is no course to draw. */
  is_total_only?: boolean
}

/** Decisions that did not let an answer through as it was. */
const STOPPED = ['ESCALATE', 'BLOCK'] as const

const share = (part: number, whole: number) => (whole === 0 ? null : part / whole)
const decided = ({ decisions }: Figures) => Object.values(decisions).reduce((sum, n) => sum + n, 0)
const stopped = ({ decisions }: Figures) => STOPPED.reduce((sum, action) => sum + (decisions[action] ?? 0), 0)

function countTiles(viewer: Viewer, { totals }: Series): Tile[] {
  const { figures: text } = viewer.text
  const n = (value: number | null) => count(viewer, value)
  const rate = (value: number | null) => (value === null ? count(viewer, null) : percent(viewer, value))
  const range = windowOf(viewer)
  const only = (status: string | null) => viewer.keep('/', { status, range, cursor: null })
  const { total, running, error } = totals.traces
  const tiles: Tile[] = [
    { name: text.total, of: ({ traces }) => traces.total, show: n, better: null, href: only(null) },
    {
      name: text.open,
      of: ({ traces }) => traces.running,
      show: n,
      better: null,
      kind: 'running',
      href: only('running'),
      note: text.of(n(total)),
    },
    {
      name: text.stale,
      of: (figures) => ('stale' in figures ? figures.stale : null),
      show: n,
      better: 'less',
      kind: 'stale',
      href: only('stale'),
      note: text.of_open(n(running)),
      title: viewer.text.stale_means,
      is_total_only: true,
    },
    {
      name: text.error_rate,
      of: ({ traces }) => share(traces.error, traces.total),
      show: rate,
      better: 'less',
      kind: 'error',
      href: only('error'),
      note: text.part(n(error), n(total)),
      is_share: true,
    },
  ]
  if (decided(totals) === 0) return tiles
  return [
    ...tiles,
    {
      name: text.escalation_rate,
      of: (figures) => share(stopped(figures), decided(figures)),
      show: rate,
      better: null,
      note: text.part(n(stopped(totals)), n(decided(totals))),
      title: text.escalation_means,
      is_share: true,
    },
  ]
}

function measureTiles(viewer: Viewer, { totals }: Series): Tile[] {
  const { figures: text } = viewer.text
  const took = (value: number | null) => duration(viewer, value)
  const tokens = (value: number | null) => compact(viewer, value)
  const ended = text.of_ended(count(viewer, totals.ended))
  const sla = text.longer_than(duration(viewer, slaOf(viewer)))
  const { input_tokens, output_tokens } = totals
  return [
    {
      name: text.p50,
      of: ({ p50_ms }) => p50_ms,
      show: took,
      better: 'less',
      note: ended,
      title: text.p50_means,
    },
    {
      name: text.p95,
      of: ({ p95_ms }) => p95_ms,
      show: took,
      better: 'less',
      note: ended,
      title: text.p95_means,
    },
    {
      name: text.over_sla,
      of: ({ over_sla }) => over_sla,
      show: (value) => count(viewer, value),
      better: 'less',
      kind: 'sla',
      note: sla,
      title: text.over_sla_means,
    },
    {
      name: text.tokens,
      of: (figures) => figures.input_tokens + figures.output_tokens,
      show: tokens,
      better: null,
      note: text.tokens_split(tokens(input_tokens), tokens(output_tokens)),
      title: text.tokens_split(count(viewer, input_tokens), count(viewer, output_tokens)),
    },
    {
      name: text.cost,
      of: ({ cost_usd }) => cost_usd,
      show: (value) => cost(viewer, value),
      better: null,
      note: totals.cost_usd === null ? text.cost_unknown : 'USD',
      title: text.cost_means,
    },
  ]
}

const TileItem = ({ viewer, data, tile }: { viewer: Viewer; data: Series; tile: Tile }) => {
  const { name, of, show, better, kind = 'plain', note, title, href, is_share, is_total_only } = tile
  const pair: Pair = { now: of(data.totals), before: of(data.previous) }
  const change = is_share ? pointsOf(viewer, pair) : changeOf(viewer, pair)
  const content: Child = (
    <>
      <span class="figure-name">{name}</span>
      <span class="figure-value">{show(pair.now)}</span>
      <ChangeMark viewer={viewer} change={change} better={better} before={show(pair.before)} />
      <span class="figure-note">{note ?? ''}</span>
      {is_total_only ? <span class="sparkline" /> : <Sparkline values={data.buckets.map(of)} />}
    </>
  )
  return (
    <li class={`figure figure-${kind}`} title={title}>
      {href === undefined ? content : <a href={href}>{content}</a>}
    </li>
  )
}

/** The figures of the window, each with its course and its change against the window before. */
export const Tiles = ({ viewer, data }: { viewer: Viewer; data: Series }) => (
  <ul class="figures">
    {[...countTiles(viewer, data), ...measureTiles(viewer, data)].map((tile) => (
      <TileItem viewer={viewer} data={data} tile={tile} />
    ))}
  </ul>
)
