import type { Static } from '@sinclair/typebox'
import type { TreeSpan } from '#shared/contract/traces.ts'
import { idKey } from '#shared/ids.ts'

export type Span = Static<typeof TreeSpan>

/** A span where it stands in its tree, which is shown as a flat list of rows. */
export type Row = {
  span: Span
  depth: number
  /** Bit n is set when the line of level n goes on below this row. */
  lines: number
  /** The last child of its parent. */
  last: boolean
  /** Why a span with a parent stands at the top. */
  mark: 'orphan' | 'cycle' | null
}

/** Levels that have a line of their own; deeper ones share the last. */
export const MOST_LEVELS = 20

/** No id is empty, so this is the parent of those that have none here. */
const TOP = ''

type Waiting = Omit<Row, 'span'> & { key: string }

type Forest = {
  spans: Map<string, Span>
  children: Map<string, string[]>
  /** Keys of spans that have no row yet, by start. */
  left: Set<string>
}

const startOf = (span: Span) => (span.start_time === null ? Infinity : Date.parse(span.start_time))

/** Every span exactly once: children under parents, by start; orphans and circles of parents at the top. */
export function arrangeSpans(spans: Span[]): Row[] {
  const sorted = spans.toSorted((a, b) => startOf(a) - startOf(b))
  const byKey = new Map(sorted.map((span) => [idKey(span.id), span]))
  const children = Map.groupBy(byKey.keys(), (key) => {
    const parent = byKey.get(key)?.parent_span_id ?? null
    return parent !== null && byKey.has(idKey(parent)) ? idKey(parent) : TOP
  })
  const forest: Forest = { spans: byKey, children, left: new Set(byKey.keys()) }
  const tops = children.get(TOP) ?? []
  const rows = tops.flatMap((key) => walk(forest, key, byKey.get(key)?.parent_span_id ? 'orphan' : null))
  for (const key of forest.left) rows.push(...walk(forest, key, 'cycle'))
  return rows
}

/** A top and all below it, in order. A stack of its own: a chain of spans may be thousands deep. */
function walk({ spans, children, left }: Forest, top: string, mark: Row['mark']): Row[] {
  const rows: Row[] = []
  const stack: Waiting[] = [{ key: top, depth: 0, lines: 0, last: true, mark }]
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { key, ...place } = next
    const span = spans.get(key)
    if (!span || !left.delete(key)) continue
    rows.push({ span, ...place })
    const below = (children.get(key) ?? []).filter((child) => left.has(child))
    const line = 1 << Math.min(place.depth, MOST_LEVELS - 1)
    for (const [at, child] of [...below.entries()].toReversed()) {
      const last = at === below.length - 1
      const lines = last ? place.lines & ~line : place.lines | line
      stack.push({ key: child, depth: place.depth + 1, lines, last, mark: null })
    }
  }
  return rows
}

/** From when to when a trace goes: the frame of its timing bars, in milliseconds since 1970. */
export type Frame = { from: number; to: number }

/** The frame of some spans. It ends with the last thing known of the trace, never with now. */
export function frameOf(spans: Span[], trace: { start_time: string; end_time: string | null }): Frame {
  let from = Infinity
  let to = -Infinity
  for (const { start_time, end_time } of [...spans, ...(trace.end_time === null ? [] : [trace])]) {
    for (const time of [start_time, end_time]) {
      if (time === null) continue
      from = Math.min(from, Date.parse(time))
      to = Math.max(to, Date.parse(time))
    }
  }
  if (from === Infinity) from = to = Date.parse(trace.start_time)
  return { from, to: Math.max(to, from + 1) }
}
