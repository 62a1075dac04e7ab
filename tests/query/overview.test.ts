import { afterAll, expect, test } from 'bun:test'
import { overview } from '#shared/contract/traces.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub } from './open-hub.ts'

const { api, ask, deps, mint, tell, stop } = await openHub()
afterAll(stop)

type Said = Record<string, unknown> & { trace_id: string }

const HOUR = 3600

const say = (project: TestProject, trace: Said, spans: object[] = []) =>
  tell(project, '/ingest/traces', { trace: { start_time: at(0), ...trace }, spans })

const totalsOf = async (project: TestProject, last_hours: number) =>
  (await ask(project, overview, { query: { last_hours } })).totals

test('W-22: only traces that started within the window count', async () => {
  const project = await mint()
  for (const hours of [0, 2, 5]) {
    await say(project, {
      trace_id: `${hours}h`,
      start_time: at(-hours * HOUR),
      end_time: at(-hours * HOUR + 1),
    })
  }
  await say(project, { trace_id: 'tomorrow', start_time: at(20 * HOUR), end_time: at(21 * HOUR) })
  expect(await totalsOf(project, 2)).toMatchObject({ success_traces: 1, total_traces: 1 })
  expect(await totalsOf(project, 4)).toMatchObject({ success_traces: 2, total_traces: 2 })
  expect(await totalsOf(project, 168)).toMatchObject({ success_traces: 3, total_traces: 3 })
})

test('W-22: every trace is in exactly one of the five states; a failed one that is open is not open', async () => {
  const project = await mint()
  const open = (trace_id: string) => ({
    trace_id,
    span_id: 's',
    name: 'n',
    start_time: at(0),
    idempotency_key: 'k',
  })
  for (const status of ['running', 'success', 'error', 'interrupted', 'cancelled']) {
    await say(project, { trace_id: status, status }, [open(status)])
  }
  try {
    deps.setClock(Date.now() + 31 * 60_000)
    const answer = await ask(project, overview)
    expect(checkOf(overview.response).Check(answer)).toBe(true)
    expect(answer).toMatchObject({ window_hours: 24, span_types: { span: 5 }, cost_usd: null })
    expect(answer.totals).toEqual({
      open_traces: 1,
      success_traces: 1,
      error_traces: 1,
      interrupted_traces: 1,
      cancelled_traces: 1,
      stale_traces: 1,
      total_traces: 5,
    })
  } finally {
    deps.setClock(null)
  }
})

test('span types, tokens and cost are those of the traces in the window', async () => {
  const project = await mint()
  const span = (trace_id: string, span_id: string, said: object) => ({
    ...{ trace_id, span_id, name: 'n', start_time: at(0), idempotency_key: span_id },
    ...said,
  })
  await say(project, { trace_id: 'in' }, [
    span('in', 'a', { span_type: 'llm', input_tokens: 5, output_tokens: 7, cost_usd: 0.5 }),
    span('in', 'b', { span_type: 'llm', input_tokens: 1 }),
    span('in', 'c', { span_type: '__proto__' }),
  ])
  await say(project, { trace_id: 'out', start_time: at(-30 * HOUR) }, [
    span('out', 'd', { span_type: 'tool', start_time: at(-30 * HOUR), input_tokens: 100 }),
  ])
  const response = await api.request('GET', '/api/v1/traces/stats/overview', { key: project.key })
  const text = await response.text()
  expect(text).toContain('"span_types":{"__proto__":1,"llm":2}')
  expect(JSON.parse(text)).toMatchObject({ input_tokens: 6, output_tokens: 7, cost_usd: 0.5, decisions: {} })
})

test('sampled_at is the current hour in UTC', async () => {
  const project = await mint()
  try {
    deps.setClock(Date.UTC(2026, 1, 7, 9, 59, 59, 999))
    expect((await ask(project, overview)).sampled_at).toBe('2026-02-07T09:00:00Z')
  } finally {
    deps.setClock(null)
  }
})

test('those who look at a window within two seconds share one count; another window has its own', async () => {
  const project = await mint()
  try {
    // The middle of a minute, so that the next one does not begin meanwhile.
    const now = Math.floor(Date.now() / 60_000) * 60_000 + 30_000
    deps.setClock(now)
    await say(project, { trace_id: 'first', start_time: at(-HOUR) })
    expect((await totalsOf(project, 24)).total_traces).toBe(1)
    await say(project, { trace_id: 'second', start_time: at(-HOUR) })
    expect((await totalsOf(project, 24)).total_traces).toBe(1)
    expect((await totalsOf(project, 23)).total_traces).toBe(2)
    deps.setClock(now + 2000)
    expect((await totalsOf(project, 24)).total_traces).toBe(2)
  } finally {
    deps.setClock(null)
  }
})

test('another project is not counted', async () => {
  const [mine, other] = [await mint(), await mint()]
  await say(other, { trace_id: 't' }, [
    { trace_id: 't', span_id: 's', name: 'n', start_time: at(0), idempotency_key: 'k' },
  ])
  expect(await ask(mine, overview)).toMatchObject({ totals: { total_traces: 0 }, span_types: {} })
})

test.each(['last_hours=0', 'last_hours=169', 'last_hours=1.5', 'last_hours=day'])(
  '%s is a 422',
  async (search) => {
    const { key } = await mint()
    const response = await api.request('GET', `/api/v1/traces/stats/overview?${search}`, { key })
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('last_hours')
  },
)

test('spans of a trace that has not changed are remembered; with its next change all of them are counted anew', async () => {
  const project = await mint()
  const start_time = new Date().toISOString()
  const span = (span_id: string) => ({
    ...{ trace_id: 'grows', span_id, name: 'n', start_time, span_type: 'tool', idempotency_key: span_id },
  })
  await say(project, { trace_id: 'grows', start_time }, [span('a')])
  const typesIn = async (last_hours: number) =>
    (await ask(project, overview, { query: { last_hours } })).span_types
  expect(await typesIn(1)).toEqual({ tool: 1 })
  // What no writer of the hub does without raising the trace's version.
  await deps.database.sql`
    update spans set span_type = 'planted' from projects
    where projects.project_no = spans.project_no and project_id = ${project.project_id}`
  expect(await typesIn(2)).toEqual({ tool: 1 })
  await say(project, { trace_id: 'grows', start_time }, [span('a'), span('b')])
  expect(await typesIn(3)).toEqual({ planted: 1, tool: 1 })
})
