import { DECISION } from '../../schema/span-types.ts'
import type { TraceGroup } from './group.ts'
import { countUsage, type Loader } from './count-usage.ts'
import { countedOf, type Counted, type SpanRow } from './span-row.ts'
import { show, type Root, type TraceState } from './trace-state.ts'
import { isObject } from './trace-words.ts'

/** Which of the spans at the top of a trace: the one that started first, or the one that ended last or is still open. */
export type Top = 'first' | 'last'

/** Reads that span among the rows that the group does not touch. */
export type RootFinder = (touched: Set<string>, top: Top) => Promise<SpanRow | null>

const NOTHING: Counted = {
  parent_key: null,
  span_type: null,
  ended: false,
  failed: false,
  start_time: null,
  input_tokens: 0,
  output_tokens: 0,
  cost_nano: null,
  bears: false,
  usage_children: 0,
}

/** A span's usage counts in its trace unless a descendant bears usage. */
const usageCounts = (span: Counted) => span.bears && span.usage_children === 0

/** Adds to the trace's counters what its spans count now and did not count before: exact under the row lock. */
function addDeltas(state: TraceState, rows: Iterable<SpanRow>): void {
  for (const row of rows) {
    const now = countedOf(row)
    const before = row.before ?? NOTHING
    state.total_spans += row.before ? 0 : 1
    state.ended_spans += Number(now.ended) - Number(before.ended)
    state.error_count += Number(now.failed) - Number(before.failed)
    for (const [span, sign] of [
      [now, 1],
      [before, -1],
    ] as const) {
      if (!usageCounts(span)) continue
      state.input_tokens += sign * span.input_tokens
      state.output_tokens += sign * span.output_tokens
      if (span.cost_nano === null) continue
      state.cost_nano += sign * span.cost_nano
      state.costed_spans += sign
    }
  }
}

/** The first node of a graph is no root: when it has ended, its run has not. */
const isRoot = ({ folded }: SpanRow) => folded.values.parent_key === null && folded.values.node === null

/** A decision is a trace's root only as long as there is no other: it counts as one that never started. */
const startOf = ({ folded }: SpanRow): number =>
  folded.values.span_type === DECISION ? Infinity : (folded.values.start_time ?? Infinity)

function rootOf(row: SpanRow): Root {
  const start_time = startOf(row)
  return { span_key: row.span.key, start_time: Number.isFinite(start_time) ? start_time : null }
}

const earlier = (a: Root, b: Root): boolean => {
  const [at, other] = [a.start_time ?? Number.POSITIVE_INFINITY, b.start_time ?? Number.POSITIVE_INFINITY]
  return at < other || (at === other && a.span_key < b.span_key)
}

/** The trace's root: of the spans without a parent the one that started first. */
async function findRoot(group: TraceGroup, find: RootFinder): Promise<SpanRow | null | 'unchanged'> {
  const { state, rows } = group
  let best: SpanRow | null = null
  for (const row of rows.values())
    if (isRoot(row) && (!best || earlier(rootOf(row), rootOf(best)))) best = row
  const held = state.root
  if (!held) return best
  const row = rows.get(held.span_key)
  // An untouched holder stays unless one of these started earlier.
  if (!row) return best && earlier(rootOf(best), held) ? best : 'unchanged'
  const stayed = isRoot(row) && startOf(row) <= (held.start_time ?? Infinity)
  if (stayed) return best
  const other = await find(new Set(rows.keys()), 'first')
  return other && (!best || earlier(rootOf(other), rootOf(best))) ? other : best
}

const endOf = ({ folded }: SpanRow): number => folded.values.end_time ?? Infinity

const later = (a: SpanRow, b: SpanRow): boolean =>
  endOf(a) > endOf(b) || (endOf(a) === endOf(b) && a.span.key < b.span.key)

/** The span by which a trace that is an object of its own ends: of those at its top the last one, an open one before all. */
async function findLast({ rows }: TraceGroup, find: RootFinder): Promise<SpanRow | null> {
  const other = await find(new Set(rows.keys()), 'last')
  let best: SpanRow | null = null
  for (const row of [...(other ? [other] : []), ...rows.values()]) {
    const stands = isRoot(row) && row.folded.values.span_type !== DECISION
    if (stands && (!best || later(row, best))) best = row
  }
  return best
}

/** Brings a trace's counters, root and shown columns up to its folded rows. */
export async function settleTrace(group: TraceGroup, load: Loader, find: RootFinder): Promise<void> {
  const { state, rows } = group
  const root = await findRoot(group, find)
  await countUsage(rows, load)
  for (const [key, row] of rows) if (row.before && isUntouched(row)) rows.delete(key)
  addDeltas(state, rows.values())
  if (root !== 'unchanged') state.root = root ? rootOf(root) : null
  show(state, root, isObject(state.said) ? await findLast(group, find) : root)
}

/** A row that was only loaded on the way up and whose count stayed. */
const isUntouched = (row: SpanRow) =>
  row.before !== null && row.usage_children === row.before.usage_children && !row.touched
