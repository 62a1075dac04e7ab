import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import * as contract from '#shared/contract/sessions.ts'
import { HubError, type Issue } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { readTime, writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { cursorsOf, type Position } from '../traces/cursor.ts'
import { readFigures, showSession } from './session-figures.ts'

const PAGE_SIZE = 20
/** Traces that one page looks through at most. */
const LOOKED_AT = 20_000

type Query = Static<(typeof contract.listSessions)['query']>
type Filters = { since: number | null; until: number | null; user_id: string | null }
type Found = { session_id: string; start_time: number; trace_no: string }

const TIME = 'Expected an RFC 3339 time with a zone, like 2026-02-07T10:00:00Z; a plus sign is %2B in a URL'

function readFilters(query: Query): Filters {
  const issues: Issue[] = []
  const time = (name: 'start_time' | 'end_time') => {
    const text = query[name]
    const read = text === undefined ? null : readTime(text)
    if (text !== undefined && read === null)
      issues.push({ type: 'datetime_parsing', loc: ['query', name], msg: TIME })
    return read
  }
  const filters = { since: time('start_time'), until: time('end_time'), user_id: query.user_id ?? null }
  if (filters.since !== null && filters.until !== null && filters.since > filters.until) {
    issues.push({ type: 'value_error', loc: ['query', 'end_time'], msg: 'end_time is before start_time' })
  }
  if (issues.length > 0) throw new HubError('validation_error', { issues })
  return filters
}

const timestamp = (sql: postgres.ISql, micros: number) => sql`${writeTime(micros)}::text::timestamptz`

/** The turns that a page looks through, newest first. */
function looked(sql: postgres.ISql, project_no: number, filters: Filters, position: Position | null) {
  const { since, until, user_id } = filters
  return sql`
    select session_id, start_time, trace_no from traces
    where project_no = ${project_no} and session_id is not null
      ${user_id === null ? sql`` : sql`and user_id = ${user_id}`}
      ${since === null ? sql`` : sql`and start_time >= ${timestamp(sql, since)}`}
      ${until === null ? sql`` : sql`and start_time <= ${timestamp(sql, until)}`}
      ${position === null ? sql`` : sql`and (start_time, trace_no) < (${timestamp(sql, position.start_time)}, ${position.trace_no.toString()}::bigint)`}
    order by start_time desc, trace_no desc limit ${LOOKED_AT}`
}

/** Turns that are the newest of their session; each is looked up in the index, so that the first page ends early. */
const findNewest = (
  sql: postgres.ISql,
  project_no: number,
  filters: Filters,
  turns: postgres.Fragment,
  most: number,
) => sql<Found[]>`
  select session_id, (extract(epoch from start_time) * 1000000)::float8 as start_time, trace_no
  from (${turns}) turn
  where trace_no = (
    select t.trace_no from traces t where t.project_no = ${project_no} and t.session_id = turn.session_id
      ${filters.user_id === null ? sql`` : sql`and t.user_id = ${filters.user_id}`}
    order by t.start_time desc, t.trace_no desc limit 1)
  order by turn.start_time desc, turn.trace_no desc limit ${most}`

/** Where a page ended that looked through all it may; null when there was nothing more to look at. */
async function lastLooked(sql: postgres.ISql, turns: postgres.Fragment): Promise<Position | null> {
  const [row] = await sql<Pick<Found, 'start_time' | 'trace_no'>[]>`
    select (extract(epoch from start_time) * 1000000)::float8 as start_time, trace_no
    from (${turns}) turn order by turn.start_time desc, turn.trace_no desc offset ${LOOKED_AT - 1}`
  return row ? { start_time: row.start_time, trace_no: BigInt(row.trace_no) } : null
}

/** `GET /api/v1/sessions`. */
export const listSessions = (deps: Deps): Route =>
  serve(contract.listSessions, async ({ query, principal }) => {
    const { project_no } = projectOf(principal)
    const sql = deps.database.read
    const filters = readFilters(query)
    const cursors = cursorsOf(deps.config.secret_key, project_no)
    const position = query.cursor === undefined ? null : cursors.read(query.cursor)
    const page_size = query.page_size ?? PAGE_SIZE
    const turns = looked(sql, project_no, filters, position)
    const found = await findNewest(sql, project_no, filters, turns, page_size + 1)
    const shown = found.slice(0, page_size)
    const last = found.length > page_size ? shown.at(-1) : undefined
    const next = last
      ? { start_time: last.start_time, trace_no: BigInt(last.trace_no) }
      : await lastLooked(sql, turns)
    const rows = await readFigures(
      sql,
      project_no,
      shown.map(({ session_id }) => session_id),
    )
    return { items: rows.map(showSession), next_cursor: next ? cursors.write(next) : null }
  })
