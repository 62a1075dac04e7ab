import { remember } from '#shared/cache/remember.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/traces.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { STATUSES, type Status } from '#shared/schema/status.ts'
import type { Deps } from '#shared/service.ts'
import type { Sql } from '#shared/store/connect.ts'
import { projectOf } from '../project-of.ts'
import { staleBefore } from '../traces/show-trace.ts'
import { byName } from './by-name.ts'
import { countStale, countWindow } from './count-window.ts'
import type { SpanMemory } from './span-memory.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const SHARED_MS = 2000

type Overview = Output<typeof contract.overview>

type Asked = { project_no: number; window_hours: number; now_ms: number }

const count = (
  read: Sql,
  memory: SpanMemory,
  { project_no, window_hours, now_ms }: Asked,
): Promise<Overview> =>
  read.begin('isolation level repeatable read read only', async (sql) => {
    const until = now_ms * 1000 + 1
    const window = { since: until - window_hours * HOUR_MS * 1000, until, width: until }
    const [counted, stale] = await Promise.all([
      countWindow(sql, project_no, window, memory),
      countStale(sql, project_no, window, staleBefore(now_ms)),
    ])
    const { statuses, decisions, costed, cost_nano, input_tokens, output_tokens } = counted.traces
    const { span_types } = counted.spans
    const traces = (status: Status) => statuses[STATUSES.indexOf(status)] ?? 0
    return {
      window_hours,
      totals: {
        open_traces: traces('running'),
        success_traces: traces('success'),
        error_traces: traces('error'),
        interrupted_traces: traces('interrupted'),
        cancelled_traces: traces('cancelled'),
        stale_traces: stale,
        total_traces: statuses.reduce((sum, one) => sum + one, 0),
      },
      decisions: byName(decisions),
      span_types: byName(span_types),
      input_tokens,
      output_tokens,
      cost_usd: costed > 0 ? cost_nano / 1e9 : null,
      sampled_at: `${new Date(now_ms).toISOString().slice(0, 13)}:00:00Z`,
    }
  })

/**
 * `GET /api/v1/traces/stats/overview`: the traces that started in the window, each counted in one state. Those who look
 * at the same project within two seconds share one count.
 */
export const overview = (deps: Deps, memory: SpanMemory): Route =>
  serve(contract.overview, async ({ query, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const now_ms = deps.clock()
    const window_hours = query.last_hours ?? 24
    const key = `overview.v1:${project_id}:${window_hours}:${Math.floor(now_ms / MINUTE_MS)}`
    return remember(deps.cache, { key, ttl_ms: SHARED_MS, schema: contract.overview.response }, () =>
      count(deps.database.read, memory, { project_no, window_hours, now_ms }),
    )
  })
