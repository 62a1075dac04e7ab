import type postgres from 'postgres'
import * as contract from '#shared/contract/traces.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { ERROR, RUNNING } from '#shared/schema/status.ts'
import type { Deps } from '#shared/service.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { cursorsOf, type Position } from './cursor.ts'
import { readFilters, type Filters } from './read-filters.ts'
import { showTrace, staleBefore, traceColumns, type TraceRow } from './show-trace.ts'

const PAGE_SIZE = 20
const COUNTED = 10_000
const SEARCHED = 10_000

const SEARCH_SCOPE =
  `the newest ${SEARCHED.toLocaleString('en')} traces that match the other filters: ` +
  'their names, trace ids, external ids, users, sessions and the first 200 characters of input and output'

/** Postgres would read a time parameter through a Date and lose its microseconds, hence the text. */
const timestamp = (sql: postgres.ISql, micros: number) => sql`${writeTime(micros)}::text::timestamptz`

/** States that have an index of their own stand in the text, so that every plan can use it. */
function ofStatus(sql: postgres.ISql, status: Filters['status'], now_ms: number) {
  if (status === null) return sql``
  if (status === RUNNING) return sql`and status = 0`
  if (status === ERROR) return sql`and status = 2`
  if (status !== 'stale') return sql`and status = ${status}`
  const quiet_since = timestamp(sql, staleBefore(now_ms))
  return sql`and status = 0 and total_spans > ended_spans and updated_at < ${quiet_since}`
}

const matching = (sql: postgres.ISql, filters: Filters, now_ms: number) => sql`
  ${filters.since === null ? sql`` : sql`and start_time >= ${timestamp(sql, filters.since)}`}
  ${filters.until === null ? sql`` : sql`and start_time <= ${timestamp(sql, filters.until)}`}
  ${ofStatus(sql, filters.status, now_ms)}
  ${filters.model === null ? sql`` : sql`and model = ${filters.model}`}
  ${filters.environment === null ? sql`` : sql`and environment = ${filters.environment}`}
  ${filters.user_id === null ? sql`` : sql`and user_id = ${filters.user_id}`}
  ${filters.session_id === null ? sql`` : sql`and session_id = ${filters.session_id}`}
  ${filters.tag === null ? sql`` : sql`and tags @> array[${filters.tag}]::text[]`}`

/** The literal text anywhere in a column, in any case: its `%`, `_` and `\` stand for themselves. */
function saying(sql: postgres.ISql, search: string) {
  const pattern = `%${search.replace(/[\\%_]/g, String.raw`\$&`)}%`
  return sql`and (
    name ilike ${pattern} or trace_key ilike ${pattern} or external_id ilike ${pattern}
    or (case id_form when 1 then trace_key::uuid::text else trace_id end) ilike ${pattern}
    or user_id ilike ${pattern} or session_id ilike ${pattern}
    or input_preview ilike ${pattern} or output_preview ilike ${pattern})`
}

/** What is asked for, as `from … where …`: a search looks through a bounded number of traces. */
function asked(sql: postgres.ISql, project_no: number, filters: Filters, now_ms: number) {
  const all = sql`from traces t where project_no = ${project_no} ${matching(sql, filters, now_ms)}`
  if (filters.search === null) return all
  return sql`
    from (select * ${all} order by start_time desc, trace_no desc limit ${SEARCHED}) t
    where project_no = ${project_no} ${saying(sql, filters.search)}`
}

const after = (sql: postgres.ISql, { start_time, trace_no }: Position) =>
  sql`and (start_time, trace_no) < (${timestamp(sql, start_time)}, ${trace_no.toString()}::bigint)`

/** `GET /api/v1/traces`. */
export const listTraces = (deps: Deps): Route =>
  serve(contract.listTraces, async ({ query, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const sql = deps.database.read
    const now_ms = deps.clock()
    const filters = readFilters(query)
    const cursors = cursorsOf(deps.config.secret_key, project_no)
    const position = query.cursor === undefined ? null : cursors.read(query.cursor)
    const page = query.page ?? 1
    const page_size = query.page_size ?? PAGE_SIZE
    const from = asked(sql, project_no, filters, now_ms)
    const [rows, [counted]] = await Promise.all([
      sql<TraceRow[]>`
        select ${traceColumns(sql)} ${from} ${position ? after(sql, position) : sql``}
        order by t.start_time desc, t.trace_no desc
        limit ${page_size + 1} offset ${position ? 0 : (page - 1) * page_size}`,
      sql<{ total: number }[]>`
        select count(*)::int as total from (select 1 ${from} limit ${COUNTED + 1}) counted`,
    ])
    const shown = rows.slice(0, page_size)
    const last = rows.length > page_size ? shown.at(-1) : undefined
    const total = counted?.total ?? 0
    return {
      items: shown.map((row) => showTrace(row, project_id, now_ms)),
      page,
      page_size,
      total: Math.min(total, COUNTED),
      total_capped: total > COUNTED,
      next_cursor: last
        ? cursors.write({ start_time: last.start_time, trace_no: BigInt(last.trace_no) })
        : null,
      search_scope: filters.search === null ? null : SEARCH_SCOPE,
    }
  })
