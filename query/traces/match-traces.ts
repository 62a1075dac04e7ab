import type postgres from 'postgres'
import { arrayLiteral } from '#shared/store/array-literal.ts'
import { ERROR, RUNNING } from '#shared/schema/status.ts'
import type { Position } from './cursor.ts'
import { matchTerms, matchTexts } from './match-terms.ts'
import type { Filters } from './read-filters.ts'
import { mayGoOnRow, staleBefore } from './show-trace.ts'
import { timestamp } from './timestamp.ts'

const SEARCHED = 10_000

/** Where a search looks that only says what must not be there. */
const EXCLUDED_SCOPE =
  `the newest ${SEARCHED.toLocaleString('en')} traces that match the other filters: ` +
  'their names, trace ids, external ids, users, sessions and the first 200 characters of input and output'

/** Where a search looked; null when none was asked for. */
export function scopeOfSearch({ is_search, found }: Filters): string | null {
  if (!is_search) return null
  if (!found) return EXCLUDED_SCOPE
  return found.is_complete ? 'full' : `the newest ${found.trace_nos.length.toLocaleString('en')} traces found`
}

/** States that have an index of their own stand in the text, so that every plan can use it. */
function ofStatus(sql: postgres.ISql, status: Filters['status'], now_ms: number) {
  if (status === null) return sql``
  if (status === RUNNING) return sql`and status = 0`
  if (status === ERROR) return sql`and status = 2`
  if (status !== 'stale') return sql`and status = ${status}`
  const quiet_since = timestamp(sql, staleBefore(now_ms))
  return sql`and status = 0 and ${mayGoOnRow(sql)} and updated_at < ${quiet_since}`
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

/** The position of a row against another, in the order of the list: newest first. */
export const isBefore = (sql: postgres.ISql, { start_time, trace_no }: Position) =>
  sql`and (start_time, trace_no) < (${timestamp(sql, start_time)}, ${trace_no.toString()}::bigint)`

export const isUpTo = (sql: postgres.ISql, { start_time, trace_no }: Position) =>
  sql`and (start_time, trace_no) <= (${timestamp(sql, start_time)}, ${trace_no.toString()}::bigint)`

export const isAfter = (sql: postgres.ISql, { start_time, trace_no }: Position) =>
  sql`and (start_time, trace_no) > (${timestamp(sql, start_time)}, ${trace_no.toString()}::bigint)`

type Asked = { project_no: number; filters: Filters; now_ms: number }

/**
 * What is asked for, as `from traces t where …`; `place` is one more condition. What a search found must be in the filters;
 * without it the texts are looked for in a bounded number of traces.
 */
export function matchTraces(
  sql: postgres.ISql,
  { project_no, filters, now_ms }: Asked,
  place: postgres.PendingQuery<postgres.Row[]> = sql``,
) {
  const found = filters.found
    ? sql`and trace_no = any(${arrayLiteral(filters.found.trace_nos)}::text::bigint[])`
    : sql``
  const all = sql`from traces t where project_no = ${project_no} ${place} ${found}
    ${matching(sql, filters, now_ms)} ${matchTerms(sql, filters.terms, { project_no, now_ms })}`
  if (!filters.is_search || filters.found) return all
  return amongNewest(sql, project_no, all, filters, true)
}

type Condition = postgres.PendingQuery<postgres.Row[]>

const amongNewest = (
  sql: postgres.ISql,
  project_no: number,
  all: Condition,
  { terms }: Filters,
  with_previews: boolean,
): Condition => sql`
  from (select * ${all} order by start_time desc, trace_no desc limit ${SEARCHED}) t
  where project_no = ${project_no} ${matchTexts(sql, terms, with_previews)}`

/** Of the newest traces that pass the other filters those whose own names and ids have the texts. */
export const matchNames = (sql: postgres.ISql, { project_no, filters, now_ms }: Asked) =>
  amongNewest(
    sql,
    project_no,
    matchTraces(sql, { project_no, filters: { ...filters, is_search: false, found: null }, now_ms }),
    filters,
    false,
  )
