import type { Static } from '@sinclair/typebox'
import * as contract from '#shared/contract/traces.ts'
import { remember } from '#shared/cache/remember.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { statusName } from '#shared/schema/status.ts'
import type { Deps } from '#shared/service.ts'
import { projectOf } from '../project-of.ts'
import { readFilters } from './read-filters.ts'
import { timestamp } from './timestamp.ts'

const LOOKED_AT = 10_000
const VALUES = 20
const KEPT_MS = 15_000

type Values = Static<typeof contract.listValues.response>
type Row = { field: string; value: string; count: number }

/** The window to the second, so that a page that asks again and again asks the same. */
const wholeSecond = (micros: number | null) => (micros === null ? null : Math.floor(micros / 1e6) * 1e6)

type Window = { project_no: number; since: number | null; until: number | null }

async function readValues(sql: Deps['database']['read'], window: Window): Promise<Values> {
  const { project_no, since, until } = window
  const rows = await sql<Row[]>`
    with seen as materialized (
      select status, model, environment, user_id, session_id, release, name, tags,
        upper(decision->>'action') as decision
      from traces where project_no = ${project_no}
        ${since === null ? sql`` : sql`and start_time >= ${timestamp(sql, since)}`}
        ${until === null ? sql`` : sql`and start_time <= ${timestamp(sql, until)}`}
      order by start_time desc, trace_no desc limit ${LOOKED_AT}
    ), counted as (
      select v.field, v.value, count(*)::int as count
      from seen, lateral (
        values ('status', status::text), ('model', model), ('environment', environment), ('user_id', user_id),
          ('session_id', session_id), ('release', release), ('name', name), ('decision', decision)
        union all select 'tag', tag from unnest(tags) tag
      ) v (field, value)
      where v.value is not null group by v.field, v.value
    ), ranked as (
      select *, row_number() over (partition by field order by count desc, value) as place from counted
    )
    select field, value, count from ranked where place <= ${VALUES}
    union all select 'traces', '', count(*)::int from seen
    order by field, count desc, value`
  const of = (field: string) =>
    rows.filter((row) => row.field === field).map(({ value, count }) => ({ value, count }))
  const traces = rows.find(({ field }) => field === 'traces')?.count ?? 0
  return {
    traces,
    is_all: traces < LOOKED_AT,
    fields: {
      status: of('status').map(({ value, count }) => ({ value: statusName(Number(value)), count })),
      model: of('model'),
      environment: of('environment'),
      user_id: of('user_id'),
      session_id: of('session_id'),
      release: of('release'),
      name: of('name'),
      tag: of('tag'),
      decision: of('decision'),
    },
  }
}

/** `GET /api/v1/traces/values`. */
export const listValues = (deps: Deps): Route =>
  serve(contract.listValues, async ({ query, principal }) => {
    const { project_no } = projectOf(principal)
    const { since, until } = readFilters(query)
    const window = { project_no, since: wholeSecond(since), until: wholeSecond(until) }
    return remember(
      deps.cache,
      {
        key: `values:${Object.values(window).join(':')}`,
        ttl_ms: KEPT_MS,
        schema: contract.listValues.response,
      },
      async () => readValues(deps.database.read, window),
    )
  })
