import { remember } from '#shared/cache/remember.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/traces.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { STATUSES, type Status } from '#shared/schema/status.ts'
import type { Deps } from '#shared/service.ts'
import type { Sql } from '#shared/store/connect.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { staleBefore } from './show-trace.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const SHARED_MS = 2000

type Overview = Output<typeof contract.overview>

type Counted = {
  status: number
  action: string | null
  traces: number
  stale: number
  input_tokens: number
  output_tokens: number
  cost_nano: number
  costed: number
  first_day: string
  last_day: string
}

const sum = <T>(rows: T[], of: (row: T) => number): number => rows.reduce((total, row) => total + of(row), 0)

type Window = { project_no: number; window_hours: number; now_ms: number }

async function count(sql: Sql, { project_no, window_hours, now_ms }: Window): Promise<Overview> {
  const since = (now_ms - window_hours * HOUR_MS) * 1000
  const inWindow = sql`
    t.project_no = ${project_no} and t.start_time > ${writeTime(since)}::text::timestamptz
    and t.start_time <= ${writeTime(now_ms * 1000)}::text::timestamptz`
  const rows = await sql<Counted[]>`
    select status, decision ->> 'action' as action, count(*)::float8 as traces,
      count(*) filter (where total_spans > ended_spans
        and updated_at < ${writeTime(staleBefore(now_ms))}::text::timestamptz)::float8 as stale,
      sum(input_tokens)::float8 as input_tokens, sum(output_tokens)::float8 as output_tokens,
      sum(cost_nano)::float8 as cost_nano, sum(costed_spans)::float8 as costed,
      min(trace_day)::text as first_day, max(trace_day)::text as last_day
    from traces t where ${inWindow}
    group by 1, 2`
  const days = rows.flatMap(({ first_day, last_day }) => [first_day, last_day]).toSorted()
  // Only the partitions of these days are looked at.
  const types = await sql<{ span_type: string; spans: number }[]>`
    select coalesce(s.span_type, 'span') as span_type, count(*)::float8 as spans
    from traces t join spans s
      on s.project_no = t.project_no and s.trace_no = t.trace_no and s.trace_day = t.trace_day
    where ${inWindow} and s.project_no = ${project_no}
      and s.trace_day between ${days.at(0) ?? null}::date and ${days.at(-1) ?? null}::date
    group by 1 order by 1`
  const of = (status: Status) => rows.filter((row) => row.status === STATUSES.indexOf(status))
  const traces = (status: Status) => sum(of(status), (row) => row.traces)
  const actions = Map.groupBy(
    rows.filter(({ action }) => action !== null),
    ({ action }) => action ?? '',
  )
  return {
    window_hours,
    totals: {
      open_traces: traces('running'),
      success_traces: traces('success'),
      error_traces: traces('error'),
      interrupted_traces: traces('interrupted'),
      cancelled_traces: traces('cancelled'),
      stale_traces: sum(of('running'), (row) => row.stale),
      total_traces: sum(rows, (row) => row.traces),
    },
    decisions: Object.fromEntries(
      [...actions].map(([action, group]) => [action, sum(group, (row) => row.traces)]),
    ),
    span_types: Object.fromEntries(types.map(({ span_type, spans }) => [span_type, spans])),
    input_tokens: sum(rows, (row) => row.input_tokens),
    output_tokens: sum(rows, (row) => row.output_tokens),
    cost_usd: rows.some(({ costed }) => costed > 0) ? sum(rows, (row) => row.cost_nano) / 1e9 : null,
    sampled_at: `${new Date(now_ms).toISOString().slice(0, 13)}:00:00Z`,
  }
}

/**
 * `GET /api/v1/traces/stats/overview`: the traces that started in the window, each counted in one state. Those who look
 * at the same project within two seconds share one count.
 */
export const overview = (deps: Deps): Route =>
  serve(contract.overview, async ({ query, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const now_ms = deps.clock()
    const window_hours = query.last_hours ?? 24
    const key = `overview.v1:${project_id}:${window_hours}:${Math.floor(now_ms / MINUTE_MS)}`
    return remember(deps.cache, { key, ttl_ms: SHARED_MS, schema: contract.overview.response }, () =>
      count(deps.database.read, { project_no, window_hours, now_ms }),
    )
  })
