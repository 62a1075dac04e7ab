import type postgres from 'postgres'
import { remember } from '#shared/cache/remember.ts'
import * as contract from '#shared/contract/sessions.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { readTimes, type Times } from '../read-times.ts'
import { fresh, isKnown, tagOf, unchanged } from '../traces/answer-fresh.ts'
import { cursorsOf, type Position } from '../traces/cursor.ts'
import { readFigures, showSession } from './session-figures.ts'

const PAGE_SIZE = 20
/** Traces that one page looks through at most. */
const LOOKED_AT = 20_000
/** Polls share an answer for so long. */
const SHARED_MS = 1500

type Filters = Times & { user_id: string | null }
type Found = { session_id: string; start_time: number; trace_no: string }

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

type Asked = { project_no: number; filters: Filters; cursor: string | undefined; page_size: number }

async function list(deps: Deps, { project_no, filters, cursor, page_size }: Asked) {
  const sql = deps.database.read
  const cursors = cursorsOf(deps.config.secret_key, project_no)
  const position = cursor === undefined ? null : cursors.read(cursor)
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
}

/** `GET /api/v1/sessions`. Who asks whether there is news shares the answer with all who ask the same. */
export const listSessions = (deps: Deps): Route =>
  serve(contract.listSessions, async ({ query, principal, request }) => {
    const { project_no, project_id } = projectOf(principal)
    const filters = { ...readTimes(query), user_id: query.user_id ?? null }
    const asked = { project_no, filters, cursor: query.cursor, page_size: query.page_size ?? PAGE_SIZE }
    const is_poll = request.headers.has('if-none-match')
    const key = `sessions.v1:${project_id}:${JSON.stringify(query)}`
    const answer = is_poll
      ? await remember(
          deps.cache,
          { key, ttl_ms: SHARED_MS, schema: contract.listSessions.response },
          async () => list(deps, asked),
        )
      : await list(deps, asked)
    const tag = tagOf(request, [answer])
    return isKnown(request, tag) ? unchanged(tag) : fresh(answer, tag)
  })
