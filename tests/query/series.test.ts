import { afterAll, expect, test } from 'bun:test'
import { series } from '#shared/contract/stats.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { rollUp } from '../../ingest/record/roll-up.ts'
import { openHub } from './open-hub.ts'

const { api, ask, deps, mint, tell, stop } = await openHub()
afterAll(stop)

const HOUR = 3_600_000
/** Twenty past the hour before the last. */
const NOW = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR + HOUR / 3
const at = (hours: number, ms = 0) => new Date(NOW - hours * HOUR + ms).toISOString()

async function atNow<T>(work: () => Promise<T>): Promise<T> {
  deps.setClock(NOW)
  try {
    return await work()
  } finally {
    deps.setClock(null)
  }
}

const say = (project: TestProject, trace: object, spans: object[] = []) =>
  tell(project, '/ingest/traces', { trace, spans })

const ended = (
  project: TestProject,
  trace_id: string,
  start_time: string,
  took: number,
  status = 'success',
) =>
  say(project, {
    ...{ trace_id, start_time, status },
    end_time: new Date(Date.parse(start_time) + took).toISOString(),
  })

const seriesOf = (project: TestProject, query: object) =>
  atNow(() => ask(project, series, { query: { last_hours: 24, ...query } }))

test('without a trace everything that is not a count is null, and every bucket is there', async () => {
  const answer = await seriesOf(await mint(), {})
  expect(checkOf(series.response).Check(answer)).toBe(true)
  expect(answer.bucket_seconds).toBe(3600)
  expect(answer.buckets).toHaveLength(25)
  for (const figures of [answer.totals, answer.previous, ...answer.buckets]) {
    const unknown = { cost_usd: null, p50_ms: null, p95_ms: null, p99_ms: null, over_sla: null, ended: 0 }
    expect(figures).toMatchObject({ ...unknown, traces: { total: 0 } })
  }
  expect(answer).toMatchObject({ models: [], models_total: 0, span_types: {} })
})

test('the first and the last moment of the window belong to it, the moments beside it do not', async () => {
  const project = await mint()
  for (const [id, start_time] of [
    ['first', at(5)],
    ['before', at(5, -1)],
    ['last', at(2, -1)],
    ['after', at(2)],
    ['first of the window before', at(8)],
    ['too early', at(8, -1)],
  ] as const) {
    await ended(project, id, start_time, 1000)
  }
  const window = { last_hours: undefined, start_time: at(5), end_time: at(2) }
  for (const rolled of [false, true]) {
    if (rolled) await rollUp({ ...deps, clock: () => NOW + HOUR })
    const answer = await seriesOf(project, { ...window, buckets: rolled ? 10 : 20 })
    expect([answer.totals.start_time, answer.totals.end_time]).toEqual([at(5), at(2)])
    expect([answer.previous.start_time, answer.previous.end_time]).toEqual([at(8), at(5)])
    expect([answer.totals.traces.total, answer.previous.traces.total]).toEqual([2, 2])
  }
})

test('buckets of more than six hours are whole hours, cut by the window; of less they are minutes', async () => {
  const project = await mint()
  const long = await seriesOf(project, { buckets: 10 })
  expect(long.bucket_seconds).toBe(3 * 3600)
  expect(long.buckets[0]?.start_time).toBe(long.totals.start_time)
  for (const { start_time } of long.buckets.slice(1)) {
    expect(Date.parse(start_time) % (3 * HOUR)).toBe(0)
  }
  const short = await seriesOf(project, { last_hours: 6, buckets: 120 })
  expect(short.bucket_seconds).toBe(300)
  expect((await seriesOf(project, { last_hours: 2160, buckets: 120 })).buckets.length).toBeLessThan(121)
  expect((await seriesOf(project, { buckets: 1 })).buckets).toHaveLength(1)
})

test('each trace is in the bucket of its start, and the buckets add up to the totals', async () => {
  const project = await mint()
  await ended(project, 'a', at(0, -1000), 500)
  await ended(project, 'b', at(3), 1000, 'error')
  await ended(project, 'c', at(20), 1000)
  await say(project, { trace_id: 'open', start_time: at(3) })
  for (const rolled of [false, true]) {
    if (rolled) await rollUp({ ...deps, clock: () => NOW + HOUR })
    const { buckets, totals } = await seriesOf(project, rolled ? {} : { buckets: 49 })
    const filled = buckets.filter(({ traces }) => traces.total > 0)
    expect(filled.map(({ traces }) => [traces.running, traces.success, traces.error])).toEqual([
      [0, 1, 0],
      [1, 0, 1],
      [0, 1, 0],
    ])
    expect(totals.traces).toMatchObject({ total: 4, running: 1, success: 2, error: 1, cancelled: 0 })
    expect(totals).toMatchObject({ ended: 3, stale: 0 })
  }
})

test('quantiles are within 2 % of the exact ones, and traces over the limit are counted', async () => {
  const project = await mint()
  const took = Array.from({ length: 60 }, (_, index) => 10 + index * index * 7)
  for (const [index, ms] of took.entries()) await ended(project, `t${index}`, at(1 + (index % 9)), ms)
  await rollUp({ ...deps, clock: () => NOW + HOUR })
  const { totals } = await seriesOf(project, { sla_ms: 5000 })
  for (const [q, shown] of [
    [0.5, totals.p50_ms],
    [0.95, totals.p95_ms],
    [0.99, totals.p99_ms],
  ] as const) {
    const exact = took[Math.floor(q * (took.length - 1))] ?? 0
    expect(Math.abs((shown ?? 0) - exact) / exact).toBeLessThan(0.02)
  }
  expect(totals.over_sla).toBe(took.filter((ms) => ms > 5000).length)
})

test('models have their spans, errors, tokens and cost; what no span said stays unknown', async () => {
  const project = await mint()
  const span = (span_id: string, more: object) => ({
    ...{ trace_id: 't', span_id, name: 'n', start_time: at(4), idempotency_key: span_id },
    ...more,
  })
  await say(project, { trace_id: 't', start_time: at(4) }, [
    span('a', { model: 'my-model', input_tokens: 5, cost_usd: 0.25, span_type: 'llm' }),
    span('b', { model: 'my-model', status: 'error', end_time: at(3) }),
    span('c', { model: 'quiet' }),
    span('d', { output_tokens: 3 }),
    span('e', { span_type: 'tool' }),
  ])
  const expected = [
    { model: 'my-model', spans: 2, errors: 1, input_tokens: 5, output_tokens: null, cost_usd: 0.25 },
    { model: null, spans: 1, errors: 0, input_tokens: null, output_tokens: 3, cost_usd: null },
    { model: 'quiet', spans: 1, errors: 0, input_tokens: null, output_tokens: null, cost_usd: null },
  ]
  for (const rolled of [false, true]) {
    if (rolled) await rollUp({ ...deps, clock: () => NOW + HOUR })
    const answer = await seriesOf(project, { buckets: rolled ? 30 : 31 })
    expect(answer).toMatchObject({ models: expected, models_total: 3 })
    expect(answer.span_types).toEqual({ llm: 1, span: 3, tool: 1 })
    expect(answer.totals).toMatchObject({ input_tokens: 5, output_tokens: 3, cost_usd: 0.25 })
  }
})

test('two projects never mix, rolled up or not', async () => {
  const [mine, other] = [await mint(), await mint()]
  await ended(other, 't', at(4), 1000)
  for (const rolled of [false, true]) {
    if (rolled) await rollUp({ ...deps, clock: () => NOW + HOUR })
    const query = { buckets: rolled ? 40 : 41 }
    expect((await seriesOf(mine, query)).totals.traces.total).toBe(0)
    expect((await seriesOf(other, query)).totals.traces.total).toBe(1)
  }
})

test.each([
  ['last_hours=0', 'last_hours'],
  ['last_hours=2161', 'last_hours'],
  ['buckets=0', 'buckets'],
  ['buckets=121', 'buckets'],
  ['sla_ms=0', 'sla_ms'],
  ['start_time=yesterday', 'start_time'],
  ['end_time=2026-02-30T00:00:00Z', 'end_time'],
  ['start_time=2026-02-07T10:00:00Z&end_time=2026-02-07T09:00:00Z', 'end_time is not after start_time'],
  ['start_time=2026-02-07T10:00:00Z&end_time=2026-02-07T10:00:00Z', 'end_time is not after start_time'],
  ['start_time=2199-01-01T00:00:00Z', 'start_time is in the future'],
  ['start_time=2020-01-01T00:00:00Z', 'The window is longer than 2160 hours'],
  ['last_hours=3&start_time=2026-02-07T10:00:00Z', 'Give last_hours or start_time, not both'],
])('%s is a 422 that says why', async (search, why) => {
  const { key } = await mint()
  const response = await api.request('GET', `/api/v1/traces/stats/series?${search}`, { key })
  expect(response.status).toBe(422)
  expect(await response.text()).toContain(why)
})
