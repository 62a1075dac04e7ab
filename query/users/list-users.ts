import type postgres from 'postgres'
import { remember } from '#shared/cache/remember.ts'
import type { Input, Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/users.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { likeText } from '../traces/like-text.ts'

const HOURS = 168
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const PAGE_SIZE = 50
const SHARED_MS = 2000

type Order = (typeof contract.USER_ORDERS)[number]
type Query = Input<typeof contract.listUsers>['query']

type Row = {
  id: string
  traces: number
  errors: number
  running: number
  input_tokens: number
  output_tokens: number
  cost_nano: number
  costed: number
  first_seen: number
  last_seen: number
  place: string
}

/** What a page is sorted by, as a whole number, so that a cursor can hold it. */
const placeOf: Record<Order, (sql: postgres.ISql) => postgres.Fragment> = {
  last_seen: (sql) => sql`(extract(epoch from max(start_time)) * 1000000)::bigint`,
  traces: (sql) => sql`count(*)`,
  errors: (sql) => sql`count(*) filter (where status = 2)`,
  tokens: (sql) => sql`sum(input_tokens + output_tokens)::bigint`,
  cost: (sql) => sql`sum(cost_nano)::bigint`,
}

type Position = { place: string; id: string }

const writeCursor = ({ place, id }: Position) => Buffer.from(`${place} ${id}`).toString('base64url')

function readCursor(cursor: string): Position {
  const [, place, id] = /^(\d{1,18}) ([^\0]{1,255})$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (place !== undefined && id !== undefined) return { place, id }
  throw new HubError('validation_error', {
    issues: [{ type: 'value_error', loc: ['query', 'cursor'], msg: 'Send next_cursor as it came' }],
  })
}

type Asked = { project_no: number; query: Query; since_ms: number; most: number }

/** Users and their figures in the window: one pass over its traces, whatever it is sorted by. */
function findUsers(sql: postgres.ISql, { project_no, query, since_ms, most }: Asked) {
  const place = placeOf[query.sort ?? 'last_seen'](sql)
  const position = query.cursor === undefined ? null : readCursor(query.cursor)
  return sql<Row[]>`
    select user_id as id, count(*)::int as traces, (count(*) filter (where status = 2))::int as errors,
      (count(*) filter (where status = 0))::int as running,
      sum(input_tokens)::float8 as input_tokens, sum(output_tokens)::float8 as output_tokens,
      sum(cost_nano)::float8 as cost_nano, sum(costed_spans)::float8 as costed,
      (extract(epoch from min(start_time)) * 1000000)::float8 as first_seen,
      (extract(epoch from max(start_time)) * 1000000)::float8 as last_seen, ${place} as place
    from traces
    where project_no = ${project_no} and start_time >= ${writeTime(since_ms * 1000)}::text::timestamptz
      and user_id is not null
      ${query.search === undefined ? sql`` : sql`and user_id ilike ${likeText(query.search)}`}
    group by user_id
    ${position === null ? sql`` : sql`having (-${place}, user_id collate "C") > (-${position.place}::bigint, ${position.id})`}
    order by place desc, user_id collate "C" limit ${most}`
}

const show = (row: Row): Output<typeof contract.listUsers>['items'][number] => ({
  id: row.id,
  traces: row.traces,
  errors: row.errors,
  running: row.running,
  input_tokens: row.input_tokens,
  output_tokens: row.output_tokens,
  cost_usd: row.costed === 0 ? null : row.cost_nano / 1e9,
  first_seen: writeTime(row.first_seen),
  last_seen: writeTime(row.last_seen),
})

async function list(
  { database }: Deps,
  asked: Asked,
  window_hours: number,
): Promise<Output<typeof contract.listUsers>> {
  const rows = await findUsers(database.read, { ...asked, most: asked.most + 1 })
  const shown = rows.slice(0, asked.most)
  const last = rows.length > asked.most ? shown.at(-1) : undefined
  return {
    window_hours,
    items: shown.map(show),
    next_cursor: last ? writeCursor(last) : null,
  }
}

/** `GET /api/v1/users`. Those who ask the same within two seconds share one answer. */
export const listUsers = (deps: Deps): Route =>
  serve(contract.listUsers, async ({ query, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const now_ms = deps.clock()
    const window_hours = query.last_hours ?? HOURS
    const asked = {
      project_no,
      query,
      since_ms: now_ms - window_hours * HOUR_MS,
      most: query.page_size ?? PAGE_SIZE,
    }
    const key = `users.v1:${project_id}:${JSON.stringify(query)}:${Math.floor(now_ms / MINUTE_MS)}`
    return remember(deps.cache, { key, ttl_ms: SHARED_MS, schema: contract.listUsers.response }, () =>
      list(deps, asked, window_hours),
    )
  })
