import type postgres from 'postgres'
import type { NodeRef, SpanValues } from '../../protocol/saying.ts'
import { DECISION, LANGGRAPH_NODE } from '../../schema/span-types.ts'
import { SPAN_FIELDS, TRACE_FIELDS, unpackWinners } from '../../schema/merge.ts'
import { arrayLiteral } from '../array-literal.ts'
import { unpackSources } from '../sources.ts'
import type { TraceGroup } from './group.ts'
import type { Top } from './settle-trace.ts'
import { countedOf, type SpanRow } from './span-row.ts'
import { newState, type TraceState } from './trace-state.ts'

/** An int8, which the driver gives as text. */
type Big = string

const number = (value: Big | null): number | null => (value === null ? null : Number(value))

const micros = (column: string) =>
  `(extract(epoch from ${column}) * 1000000)::bigint ${column.split('.').at(-1)}`

const SPAN_COLUMNS = [
  ...[
    'trace_no',
    'span_key',
    'id_form',
    'span_id',
    'key_digest',
    'usage_children',
    'cost_source',
    'sources',
    'winners',
  ],
  ...SPAN_FIELDS.filter((field) => !field.endsWith('_time')),
]
  .map((column) => `s.${column}`)
  .concat(micros('s.start_time'), micros('s.end_time'))
  .join(', ')

type StoredSpan = {
  trace_no: Big
  span_key: string
  id_form: number
  span_id: string | null
  key_digest: Big
  usage_children: number
  cost_source: number | null
  sources: Uint8Array
  winners: Uint8Array | null
  start_time: Big | null
  end_time: Big | null
  cost_nano: Big | null
  node: NodeRef | null
} & Omit<SpanValues, 'start_time' | 'end_time' | 'cost_nano' | 'node'>

const CLIENT_COST = 0
const STATUS = SPAN_FIELDS.indexOf('status')

function winnersOf(stored: StoredSpan, values: SpanValues): Int16Array {
  if (stored.winners) return unpackWinners(stored.winners)
  return Int16Array.from(SPAN_FIELDS, (field) => (values[field] === null ? -1 : 0))
}

function readRow(stored: StoredSpan): SpanRow {
  const cost_nano = number(stored.cost_nano)
  const values: SpanValues = {
    ...stored,
    start_time: number(stored.start_time),
    end_time: number(stored.end_time),
    cost_nano: stored.cost_source === CLIENT_COST ? cost_nano : null,
  }
  const winners = winnersOf(stored, values)
  // It is shown and nobody said it: what comes later may still say it.
  if (winners[STATUS] === -1) values.status = null
  const row: SpanRow = {
    span: { key: stored.span_key, form: stored.id_form, text: stored.span_id },
    key_digest: BigInt(stored.key_digest),
    folded: {
      values: pick(values),
      sources: unpackSources(stored.sources),
      winners,
    },
    cost_nano,
    cost_source: stored.cost_source,
    usage_children: stored.usage_children,
    before: null,
    touched: false,
  }
  row.before = countedOf(row)
  return row
}

// The list of fields is checked against SpanValues where it is written.
const pick = (values: SpanValues): SpanValues =>
  Object.fromEntries(SPAN_FIELDS.map((field) => [field, values[field]])) as unknown as SpanValues

/** Retention or erasure was faster; the group can run again, as `isRetryable` knows by the code. */
export class TraceVanished extends Error {
  override readonly name = 'TraceVanished'
  readonly code = '40001'
}

/** `lock` keeps other writers of the trace waiting; `look` is for who writes nothing. */
export type Hold = 'lock' | 'look'

/** Reads what the traces of these groups hold, all of which exist already, into the groups; locks them on the way. */
export async function lockTraces(
  sql: postgres.ISql,
  groups: TraceGroup[],
  hold: Hold = 'lock',
): Promise<void> {
  const rows = await sql.unsafe<StoredTrace[]>(
    `select t.project_no, t.trace_key, t.trace_no, t.trace_day::text, t.start_said, ${micros('t.start_time')},
       ${micros('t.end_time')}, ${micros('t.root_start')}, t.root_key, t.said_status, t.status, t.sources, t.winners,
       t.total_spans, t.ended_spans, t.error_count, t.input_tokens, t.output_tokens, t.cost_nano, t.costed_spans,
       t.external_id, t.name, t.model, t.environment, t.release, t.user_id, t.session_id, t.input_preview,
       t.output_preview, t.tags, t.user_review_passed
     from traces t
     join unnest($1::text::int[], $2::text::text[]) k(project_no, trace_key)
       on t.project_no = k.project_no and t.trace_key = k.trace_key
     order by t.project_no, t.trace_key ${hold === 'lock' ? 'for update of t' : ''}`,
    [arrayLiteral(groups.map((g) => g.project_no)), arrayLiteral(groups.map((g) => g.trace.key))],
    { prepare: true },
  )
  const byKey = new Map(rows.map((row) => [`${row.project_no} ${row.trace_key}`, row]))
  for (const group of groups) {
    const row = byKey.get(`${group.project_no} ${group.trace.key}`)
    if (!row) throw new TraceVanished('a trace was deleted between two statements of its lane')
    group.trace_no = row.trace_no
    group.trace_day = row.trace_day
    group.state = stateOf(row)
    group.started_before = group.state.start_time
  }
}

type StoredTrace = {
  project_no: number
  trace_key: string
  trace_no: Big
  trace_day: string
  start_time: Big
  start_said: boolean
  root_start: Big | null
  root_key: string | null
  said_status: number | null
  sources: Uint8Array | null
  winners: Uint8Array | null
  total_spans: number
  ended_spans: number
  error_count: number
  input_tokens: Big
  output_tokens: Big
  cost_nano: Big
  costed_spans: number
  end_time: Big | null
} & Omit<TraceState['shown'], 'end_time'>

function stateOf(row: StoredTrace): TraceState {
  const state = newState()
  const shown = { ...row, end_time: number(row.end_time) }
  for (const field of TRACE_FIELDS) Object.assign(state.shown, { [field]: shown[field] })
  state.shown.user_review_passed = row.user_review_passed
  if (row.sources && row.winners) {
    const values = { ...state.shown, status: row.said_status }
    const winners = unpackWinners(row.winners)
    // What is shown and was never said came from the root.
    TRACE_FIELDS.forEach((field, index) => {
      if ((winners[index] ?? -1) < 0) values[field] = null
    })
    state.said = { values, sources: unpackSources(row.sources), winners }
  }
  if (row.root_key !== null) state.root = { span_key: row.root_key, start_time: number(row.root_start) }
  state.start_time = Number(row.start_time)
  state.start_said = row.start_said
  state.total_spans = row.total_spans
  state.ended_spans = row.ended_spans
  state.error_count = row.error_count
  state.costed_spans = row.costed_spans
  state.input_tokens = Number(row.input_tokens)
  state.output_tokens = Number(row.output_tokens)
  state.cost_nano = Number(row.cost_nano)
  return state
}

type Wanted = { group: TraceGroup; span_key: string }

/** Reads spans by their keys, in one statement over all the traces. */
export async function readSpans(
  sql: postgres.ISql,
  wanted: Wanted[],
): Promise<(SpanRow & { trace_no: string })[]> {
  if (wanted.length === 0) return []
  const rows = await sql.unsafe<StoredSpan[]>(
    `select ${SPAN_COLUMNS}
     from unnest($1::text::int[], $2::text::bigint[], $3::text::text[], $4::text::date[]) k(p, t, s, d)
     join spans s on (s.project_no, s.trace_no, s.span_key, s.trace_day) = (k.p, k.t, k.s, k.d)`,
    [
      arrayLiteral(wanted.map(({ group }) => group.project_no)),
      arrayLiteral(wanted.map(({ group }) => group.trace_no)),
      arrayLiteral(wanted.map(({ span_key }) => span_key)),
      arrayLiteral(wanted.map(({ group }) => group.trace_day)),
    ],
    { prepare: true },
  )
  return rows.map((row) => ({ ...readRow(row), trace_no: row.trace_no }))
}

/** Reads all spans of some traces of a project and a day. */
export async function readAllSpans(
  sql: postgres.ISql,
  project_no: number,
  day: string,
  trace_nos: string[],
): Promise<(SpanRow & { trace_no: string })[]> {
  const rows = await sql.unsafe<StoredSpan[]>(
    `select ${SPAN_COLUMNS} from spans s
     where s.project_no = $1 and s.trace_day = $2 and s.trace_no = any($3::text::bigint[])`,
    [project_no, day, arrayLiteral(trace_nos)],
    { prepare: true },
  )
  return rows.map((row) => ({ ...readRow(row), trace_no: row.trace_no }))
}

/** Children outside the group that stand for usage: of which of these spans, and whether they are nodes. */
export async function readChildren(
  sql: postgres.ISql,
  group: TraceGroup,
  parent_keys: string[],
): Promise<{ parent_key: string; is_node: boolean }[]> {
  const rows = await sql.unsafe<{ parent_key: string; span_key: string; is_node: boolean }[]>(
    `select s.parent_key, s.span_key, coalesce(s.span_type = '${LANGGRAPH_NODE}', false) is_node
     from unnest($1::text::text[]) k(parent_key)
     join spans s on s.parent_key = k.parent_key and s.trace_no = $2 and s.trace_day = $3 and s.project_no = $4
     where s.input_tokens is not null or s.output_tokens is not null or s.cost_nano is not null
       or s.usage_children > 0`,
    [arrayLiteral(parent_keys), group.trace_no, group.trace_day, group.project_no],
    { prepare: true },
  )
  return rows.filter(({ span_key }) => !group.rows.has(span_key))
}

const ORDER: Record<Top, string> = {
  first: `case when s.span_type = '${DECISION}' then null else s.start_time end nulls last`,
  last: `coalesce(s.span_type = '${DECISION}', false), s.end_time desc nulls first`,
}

/** The first root of a trace, or the last, among the spans that the group does not touch. */
export async function readRoot(
  sql: postgres.ISql,
  group: TraceGroup,
  touched: Set<string>,
  top: Top,
): Promise<SpanRow | null> {
  const rows = await sql.unsafe<StoredSpan[]>(
    `select ${SPAN_COLUMNS} from spans s
     where s.project_no = $1 and s.trace_no = $2 and s.trace_day = $3 and s.parent_key is null
       and s.node is null
     order by ${ORDER[top]}, s.span_key limit $4`,
    [group.project_no, group.trace_no, group.trace_day, touched.size + 1],
    { prepare: true },
  )
  const row = rows.find(({ span_key }) => !touched.has(span_key))
  return row ? readRow(row) : null
}
