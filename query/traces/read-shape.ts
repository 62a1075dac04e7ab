import type postgres from 'postgres'
import type { NodeRef } from '#shared/protocol/saying.ts'
import type { FoundTrace } from './find-trace.ts'
import { numberVisits, type NodeRow } from './number-visits.ts'

/** Spans that one tree can hold: the first of them by start, so that its memory is bounded. */
export const MOST_SPANS = 200_000

/** What the tree of a trace is made from, column by column, by (start, key); times in microseconds, NaN = unknown. */
export type Shape = {
  keys: string[]
  /** Empty where a span has no parent. */
  parents: string[]
  starts: Float64Array
  ends: Float64Array
  /** 1 where a span failed. */
  failed: Uint8Array
  /** The first start, and the last that is known of any span; infinite without spans. */
  first: number
  last: number
  visits: ReturnType<typeof numberVisits>
  truncated: boolean
}

type Columns = {
  keys: string | null
  parents: string | null
  starts: Uint8Array | null
  ends: Uint8Array | null
  states: string | null
  node_ids: string | null
  runs: string | null
  parent_nodes: string | null
  numbers: string | null
  tasks: string | null
}

const ofTrace = (sql: postgres.ISql, project_no: number, { trace_no, trace_day }: FoundTrace) => sql`
  s.project_no = ${project_no} and s.trace_no = ${trace_no} and s.trace_day = ${trace_day}::date`

/** All spans in any order, which costs less to mend here than there; too many are bounded by their start. */
const boundedSpans = (sql: postgres.ISql, project_no: number, trace: FoundTrace) =>
  trace.total_spans <= MOST_SPANS
    ? sql`spans s where ${ofTrace(sql, project_no, trace)}`
    : sql`(
        select s.span_key, s.parent_key, s.start_time, s.end_time, s.status, s.node from spans s
        where ${ofTrace(sql, project_no, trace)} order by s.start_time, s.span_key limit ${MOST_SPANS}) s`

/** Of a node what its visits are numbered by, in the order of `Numbered`. */
const NODE_COLUMNS = ['node_ids', 'runs', 'parent_nodes', 'numbers', 'tasks'] as const

const EPOCH_2000 = 946_684_800_000_000
const HIGH = 2 ** 32

/** Times as Postgres sends them, eight bytes each: microseconds since 2000; minus infinity where there is none. */
function timesOf(packed: Uint8Array | null): Float64Array {
  const { buffer, byteOffset, length } = packed ?? new Uint8Array()
  const view = new DataView(buffer, byteOffset, length)
  const times = new Float64Array(length / 8)
  for (let at = 0; at < times.length; at++) {
    const high = view.getInt32(at * 8)
    times[at] = high === -(HIGH / 2) ? NaN : high * HIGH + view.getUint32(at * 8 + 4) + EPOCH_2000
  }
  return times
}

const linesOf = (text: string | null): string[] => (text === null ? [] : text.split('\n'))

/** Reads the columns as one value each: 50,000 rows of their own cost postgres.js twice the time. */
async function readColumns(sql: postgres.ISql, project_no: number, trace: FoundTrace) {
  const [columns] = await sql<Columns[]>`
    select string_agg(s.span_key, E'\n') as keys, string_agg(coalesce(s.parent_key, ''), E'\n') as parents,
      string_agg(timestamptz_send(coalesce(s.start_time, '-infinity')), '') as starts,
      string_agg(timestamptz_send(coalesce(s.end_time, '-infinity')), '') as ends,
      string_agg(coalesce(s.status, 0)::text, '') as states,
      string_agg(coalesce((s.node->'node_id')::text, ''), E'\n') as node_ids,
      string_agg(coalesce((s.node->'run_id')::text, ''), E'\n') as runs,
      string_agg(coalesce((s.node->'parent_node_ids')::text, ''), E'\n') as parent_nodes,
      string_agg(coalesce((s.node->'visit')::text, ''), E'\n') as numbers,
      string_agg(coalesce((s.node->'task')::text, ''), E'\n') as tasks
    from ${boundedSpans(sql, project_no, trace)}`
  return {
    keys: linesOf(columns?.keys ?? null),
    parents: linesOf(columns?.parents ?? null),
    starts: timesOf(columns?.starts ?? null),
    ends: timesOf(columns?.ends ?? null),
    failed: Uint8Array.from(columns?.states ?? '', (state) => (state === '2' ? 1 : 0)),
    nodes: NODE_COLUMNS.map((name) => linesOf(columns?.[name] ?? null)),
  }
}

type Numbered = [
  node_id: string,
  run_id: string | null,
  parents: string[],
  visit: number | null,
  task: string | null,
]

/** What of a node its visits are numbered by, from its members as JSON. */
function nodeOf(members: string[]): NodeRef {
  // What the hub itself wrote into the column.
  const [node_id, run_id, parent_node_ids, visit, task] = JSON.parse(`[${members.join()}]`) as Numbered
  const of_node = {
    node_id,
    run_id,
    parent_node_ids,
    visit,
    node_name: null,
    node_type: null,
    source_ref: null,
  }
  return task === null ? of_node : { ...of_node, task }
}

/** Numbers the visits among the spans in their order; most of them say the same of their node as others. */
function visitsOf(
  { keys, parents, starts, nodes }: Awaited<ReturnType<typeof readColumns>>,
  order: number[],
) {
  const known = new Map<string, NodeRef>()
  const rows: NodeRow[] = []
  for (const at of order) {
    if (!nodes[0]?.[at]) continue
    const members = nodes.map((column) => column[at] || 'null')
    const said = members.join()
    const node = known.get(said) ?? nodeOf(members)
    known.set(said, node)
    const start = starts[at] ?? NaN
    const start_time = Number.isNaN(start) ? null : start
    rows.push({ span_key: keys[at] ?? '', parent_key: parents[at] || null, start_time, node })
  }
  return numberVisits(rows)
}

/** By start, then key; a span whose start is not known yet stands last. */
function orderOf(keys: string[], starts: Float64Array): number[] {
  const by = starts.map((start) => (Number.isNaN(start) ? Number.MAX_SAFE_INTEGER : start))
  const startOf = (at: number) => by[at] ?? 0
  return Array.from(keys.keys()).toSorted(
    (a, b) => startOf(a) - startOf(b) || ((keys[a] ?? '') < (keys[b] ?? '') ? -1 : 1),
  )
}

function frameOf(starts: Float64Array, ends: Float64Array) {
  let [first, last] = [Infinity, -Infinity]
  for (const time of starts) if (time < first) first = time
  for (const times of [starts, ends]) for (const time of times) if (time > last) last = time
  return { first, last }
}

/** Reads the shape of a trace. */
export async function readShape(sql: postgres.ISql, project_no: number, trace: FoundTrace): Promise<Shape> {
  const read = await readColumns(sql, project_no, trace)
  const order = orderOf(read.keys, read.starts)
  const visits = visitsOf(read, order)
  return {
    keys: order.map((at) => read.keys[at] ?? ''),
    parents: order.map((at) => visits.get(read.keys[at] ?? '')?.parent_key ?? read.parents[at] ?? ''),
    starts: Float64Array.from(order, (at) => read.starts[at] ?? NaN),
    ends: Float64Array.from(order, (at) => read.ends[at] ?? NaN),
    failed: Uint8Array.from(order, (at) => read.failed[at] ?? 0),
    ...frameOf(read.starts, read.ends),
    visits,
    truncated: trace.total_spans > MOST_SPANS,
  }
}
