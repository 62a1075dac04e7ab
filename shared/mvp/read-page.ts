import type postgres from 'postgres'
import type { Transaction } from '../store/connect.ts'
import { STATEMENTS, type Place, type Walked } from './tables.ts'

/** What is held in memory of a page, and what a single row may have: as much as a request. */
const PAGE_BYTES = 4 * 1024 * 1024
const ROW_BYTES = 16 * 1024 * 1024
const MOST_ROWS: Record<Walked, number> = {
  projects: 100,
  traces: 100,
  span_events: 500,
  evaluations: 200,
  policies: 20,
  trace_decisions: 100,
  judge_runs: 200,
  cases: 200,
}
const MOST_SPANS = 500

/** A row of the MVP: `said` is its JSON text, null when that is larger than a request may be. */
export type Row = { id: string; project_id: string; place: Place; said: string | null }

/** As many of these rows, in their order, as fit into a page; always the first. */
const cut = (sql: Transaction, rows: postgres.PendingQuery<postgres.Row[]>) => sql<Row[]>`
  select id, project_id, place, case when bytes <= ${ROW_BYTES} then said end as said
  from (
    select id, project_id, place, said, bytes, row_number() over () as n,
      sum(least(bytes, ${ROW_BYTES})) over (rows unbounded preceding) as upto
    from (
      select id, project_id, place, said::text as said, octet_length(said::text) as bytes from (${rows}) row
    ) measured
  ) page
  where n = 1 or upto <= ${PAGE_BYTES} order by n`

/** The rows of a table after a place, of some projects, as many as fit into a page; none at its end. */
export const readPage = (
  sql: Transaction,
  table: Walked,
  projects: readonly string[],
  after: Place,
): Promise<Row[]> => cut(sql, STATEMENTS[table]({ sql, projects, after, most: MOST_ROWS[table] }))

/** The spans of some traces, after a place, in the order of their traces. */
export function readSpans(
  sql: Transaction,
  trace_ids: readonly string[],
  [trace_id, id]: readonly [string, string],
): Promise<Row[]> {
  return cut(
    sql,
    sql`
    select s.id, s.project_id, array[s.trace_id::text, s.id::text] as place, json_build_object(
      'parent_node', p.attributes ->> 'node_id', 'is_decision', d.id is not null, 'item', json_build_object(
        'span_id', s.id, 'trace_id', s.trace_id, 'parent_span_id', s.parent_span_id, 'name', s.name,
        'span_type', s.span_type, 'status', s.status, 'start_time', s.start_time, 'end_time', s.end_time,
        'error', s.error, 'attributes', s.attributes)) as said
    from spans s
    left join spans p on p.id = s.parent_span_id and p.trace_id = s.trace_id and p.span_type = 'langgraph_node'
      and s.span_type = 'langgraph_node'
    left join trace_decisions d on d.project_id = s.project_id and d.trace_id = s.trace_id
      and s.idempotency_key like 'judge-span:%' and d.idempotency_key = substr(s.idempotency_key, 12)
    where s.trace_id = any(${trace_ids}::uuid[]) and (s.trace_id, s.id) > (${trace_id}::uuid, ${id}::uuid)
    order by s.trace_id, s.id limit ${MOST_SPANS}`,
  )
}

/** How many rows of a table these projects have. */
export async function countRows(
  sql: Transaction,
  table: string,
  projects: readonly string[],
): Promise<number> {
  const column = table === 'projects' ? 'id' : 'project_id'
  const [row] = await sql<{ all: number }[]>`
    select count(*)::int as all from ${sql(table)} where ${sql(column)} = any(${projects}::uuid[])`
  return row?.all ?? 0
}

/** All projects of the MVP, or the one that is named; none when it is not there. */
export async function findProjects(sql: Transaction, project_id: string | undefined): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from projects where ${project_id ?? null}::uuid is null or id = ${project_id ?? null}::uuid order by id`
  return rows.map(({ id }) => id)
}
