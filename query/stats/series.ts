import { remember } from '#shared/cache/remember.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/stats.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { STATUSES, type Status } from '#shared/schema/status.ts'
import type { Deps } from '#shared/service.ts'
import type { Sql } from '#shared/store/connect.ts'
import type { SpanFigures, TraceFigures } from '#shared/store/rollups/figures.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { staleBefore } from '../traces/show-trace.ts'
import { byName } from './by-name.ts'
import { countStale, countWindow } from './count-window.ts'
import { readWindow, type Window } from './read-window.ts'
import type { SpanMemory } from './span-memory.ts'

type Series = Output<typeof contract.series>

const SHARED_MS = 2000
const MINUTE_MS = 60_000
const MINUTE_US = MINUTE_MS * 1000
const MODELS = 100
const NANO = 1e9
const MICROS_IN_MS = 1000

const milliseconds = (micros: number | null): number | null =>
  micros === null ? null : Number((micros / MICROS_IN_MS).toPrecision(6))

const costOf = (nano: number | null): number | null => (nano === null ? null : nano / NANO)

function show({ statuses, latency, ...figures }: TraceFigures, sla_ms: number | undefined) {
  const traces = (status: Status) => statuses[STATUSES.indexOf(status)] ?? 0
  return {
    traces: {
      total: statuses.reduce((sum, traces_of) => sum + traces_of, 0),
      running: traces('running'),
      success: traces('success'),
      error: traces('error'),
      interrupted: traces('interrupted'),
      cancelled: traces('cancelled'),
    },
    input_tokens: figures.input_tokens,
    output_tokens: figures.output_tokens,
    cost_usd: costOf(figures.costed > 0 ? figures.cost_nano : null),
    p50_ms: milliseconds(latency.quantile(0.5)),
    p95_ms: milliseconds(latency.quantile(0.95)),
    p99_ms: milliseconds(latency.quantile(0.99)),
    ended: latency.total,
    over_sla: sla_ms === undefined ? null : latency.countOver(sla_ms * MICROS_IN_MS),
    decisions: byName(figures.decisions),
  }
}

function showModels({ models }: SpanFigures): Series['models'] {
  const sorted = [...models]
    .toSorted(([one, a], [other, b]) => b.spans - a.spans || ((one ?? '') < (other ?? '') ? -1 : 1))
    .slice(0, MODELS)
  return sorted.map(([model, { cost_nano, ...figures }]) => ({
    model,
    ...figures,
    cost_usd: costOf(cost_nano),
  }))
}

type Asked = { project_no: number; window: Window; sla_ms: number | undefined; now_ms: number }

/** A window as it stood at one moment. */
const countAt = (read: Sql, memory: SpanMemory | null, { project_no, now_ms }: Asked, window: Window) =>
  read.begin('isolation level repeatable read read only', async (sql) => {
    const [counted, stale] = await Promise.all([
      countWindow(sql, project_no, window, memory),
      countStale(sql, project_no, window, staleBefore(now_ms)),
    ])
    return { ...counted, stale }
  })

const totalsOf = (
  { since, until }: Window,
  { traces, stale }: { traces: TraceFigures; stale: number },
  sla_ms: number | undefined,
): Series['totals'] => ({
  start_time: writeTime(since),
  end_time: writeTime(until),
  ...show(traces, sla_ms),
  stale,
  environments: byName(traces.environments),
})

/** The window before moves by a poll's length only: it is counted once a minute. */
function countBefore(deps: Deps, asked: Asked): Promise<Series['previous']> {
  const { project_no, window, sla_ms } = asked
  const length = window.until - window.since
  const key = `series.before.v1:${project_no}:${length}:${Math.floor(window.since / MINUTE_US)}:${sla_ms}`
  const before: Window = { since: window.since - length, until: window.since, width: window.since }
  return remember(
    deps.cache,
    { key, ttl_ms: MINUTE_MS, schema: contract.series.response.properties.previous },
    async () => totalsOf(before, await countAt(deps.database.read, null, asked, before), sla_ms),
  )
}

async function count(deps: Deps, memory: SpanMemory, asked: Asked): Promise<Series> {
  const { window, sla_ms } = asked
  const { since, until, width } = window
  const [now, previous] = await Promise.all([
    countAt(deps.database.read, memory, asked, window),
    countBefore(deps, asked),
  ])
  return {
    bucket_seconds: Math.min(width, until - since) / 1e6,
    totals: totalsOf(window, now, sla_ms),
    previous,
    buckets: now.buckets.map(({ since: start, figures }) => ({
      start_time: writeTime(start),
      ...show(figures, sla_ms),
    })),
    models: showModels(now.spans),
    models_total: now.spans.models.size,
    span_types: byName(now.spans.span_types),
  }
}

/**
 * `GET /api/v1/traces/stats/series`: the figures of a window over time. Counts are exact; quantiles come from sketches with
 * a relative error of at most 1 %. Those who ask the same within two seconds share one answer.
 */
export const series = (deps: Deps, memory: SpanMemory): Route =>
  serve(contract.series, async ({ query, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const now_ms = deps.clock()
    const window = readWindow(query, now_ms)
    const key = `series.v1:${project_id}:${JSON.stringify(query)}:${Math.floor(now_ms / MINUTE_MS)}`
    return remember(deps.cache, { key, ttl_ms: SHARED_MS, schema: contract.series.response }, () =>
      count(deps, memory, { project_no, window, sla_ms: query.sla_ms, now_ms }),
    )
  })
