import type { Sql } from '#shared/store/connect.ts'
import { unpackSources } from '#shared/store/sources.ts'

type Row = Record<string, unknown>

/** Numbers that the hub gives out as data arrive, and times of receipt: they say nothing of the data. */
const INCIDENTAL = new Set([
  ...[
    'trace_no',
    'project_no',
    'created_at',
    'updated_at',
    'version',
    'log_id',
    'ordinal',
    'eval_id',
    'trace_day',
  ],
  // Which of several sayings came first, and the order of the list of sayings.
  ...['key_digest', 'winners', 'sources'],
])

const FURTHER_SAYING = 5

function strip(row: Row): Row {
  const kept: Row = {}
  for (const [name, value] of Object.entries(row)) {
    if (name === 'sources') kept['said'] = value instanceof Uint8Array ? saidIn(value) : null
    if (!INCIDENTAL.has(name)) kept[name] = value instanceof Date ? value.toISOString() : value
  }
  return kept
}

const saidIn = (packed: Uint8Array) =>
  unpackSources(packed)
    .map(({ level, at, digest }) => `${level} ${at} ${digest}`)
    .toSorted()

/** A project's rows as they must be whatever the order of arrival, with counters checked against a recount. */
export async function readRecord(sql: Sql, project_id: string) {
  const [project] = await sql<{ project_no: number }[]>`
    select project_no from projects where project_id = ${project_id}`
  const project_no = project?.project_no ?? 0
  const traces = await sql<Row[]>`select * from traces where project_no = ${project_no} order by trace_key`
  const spans = await sql<
    Row[]
  >`select * from spans where project_no = ${project_no} order by trace_no, span_key`
  const events = await sql<Row[]>`
    select * from span_events where project_no = ${project_no} and type <> ${FURTHER_SAYING}
    order by trace_no, event_key`
  const evals = await sql<
    Row[]
  >`select * from evals where project_no = ${project_no} order by trace_no, eval_key`
  return {
    trace: strip(traces[0] ?? {}),
    traces: traces.map(strip),
    spans: spans.map(strip),
    events: events.map(strip),
    evals: evals.map(strip),
  }
}
