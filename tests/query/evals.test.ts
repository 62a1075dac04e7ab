import { afterAll, expect, test } from 'bun:test'
import { evalTrend, listEvals } from '#shared/contract/evals.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub } from './open-hub.ts'

const { api, ask, deps, mint, tell, stop } = await openHub()
afterAll(stop)

const DAY_MS = 86_400_000

async function traceIn(project: TestProject, name = 'chat') {
  const trace_id = crypto.randomUUID()
  const trace = { trace_id, name, status: 'success', start_time: at(0), end_time: at(1) }
  await tell(project, '/ingest/traces', { trace })
  return trace_id
}

const judge = (project: TestProject, trace_id: string, eval_name: string, score: number, more: object = {}) =>
  tell(project, '/evals', {
    ...{ trace_id, eval_name, eval_model: 'm', score, passed: score >= 0.5 },
    ...{ idempotency_key: crypto.randomUUID(), ...more },
  })

test('evaluations of all traces come newest first, and pages hold each of them once', async () => {
  const project = await mint()
  const [one, other] = [await traceIn(project, 'one'), await traceIn(project)]
  await judge(project, one, 'a', 0.1)
  await judge(project, other, 'b', 0.2, { span_id: 'x' })
  await judge(project, one, 'c', 0.3)
  const first = await ask(project, listEvals, { query: { page_size: 2 } })
  expect(checkOf(listEvals.response).Check(first)).toBe(true)
  expect(first.items).toMatchObject([
    { eval_name: 'c', trace_id: one, trace_name: 'one', span_id: null, score: 0.3, passed: false },
    { eval_name: 'b', trace_id: other, span_id: 'x' },
  ])
  const query = { page_size: 2, cursor: first.next_cursor ?? '' }
  const second = await ask(project, listEvals, { query })
  expect([second.items.map(({ eval_name }) => eval_name), second.next_cursor]).toEqual([['a'], null])
})

test('they are narrowed by name, outcome, label and trace', async () => {
  const project = await mint()
  const [one, other] = [await traceIn(project), await traceIn(project)]
  await judge(project, one, 'a', 0.9, { label: 'good' })
  await judge(project, other, 'a', 0.1)
  await judge(project, other, 'b', 0.9)
  const scores = async (query: object) =>
    (await ask(project, listEvals, { query })).items.map(({ score }) => score)
  expect(await scores({ eval_name: 'a' })).toEqual([0.1, 0.9])
  expect(await scores({ passed: true, eval_name: 'a' })).toEqual([0.9])
  expect(await scores({ passed: false })).toEqual([0.1])
  expect(await scores({ label: 'good' })).toEqual([0.9])
  expect(await scores({ trace_id: other })).toEqual([0.9, 0.1])
  expect(await scores({ eval_name: 'none' })).toEqual([])
})

test('a trend has each day of each name: how many passed, their mean, and where people judged otherwise', async () => {
  const project = await mint()
  const trace_id = await traceIn(project)
  const now = Date.now()
  try {
    deps.setClock(now - 2 * DAY_MS)
    await judge(project, trace_id, 'a', 0.2)
    deps.setClock(now)
    await judge(project, trace_id, 'a', 0.6)
    await judge(project, trace_id, 'a', 1, { user_review_passed: false })
    await judge(project, trace_id, 'b', 1)
  } finally {
    deps.setClock(null)
  }
  const trend = await ask(project, evalTrend, { query: { last_days: 3 } })
  expect(checkOf(evalTrend.response).Check(trend)).toBe(true)
  expect(trend.names).toMatchObject([
    { eval_name: 'a', count: 3, passed: 2, pass_rate: 2 / 3, reviewed: 1, overturned: 1 },
    { eval_name: 'b', count: 1, passed: 1, pass_rate: 1, mean_score: 1, reviewed: 0 },
  ])
  expect(trend.names[0]?.mean_score).toBeCloseTo(0.6)
  expect(trend.names[0]?.days).toMatchObject([
    { day: trend.first_day, count: 1, passed: 0, mean_score: 0.2 },
    { count: 0, passed: 0, mean_score: null },
    { day: trend.last_day, count: 2, passed: 2, mean_score: 0.8 },
  ])
})

test('scores that have no mean do not keep the others from one', async () => {
  const project = await mint()
  const trace_id = await traceIn(project)
  for (const score of [1.7e308, -1.7e308, 0.5]) await judge(project, trace_id, 'wild', score)
  const { names } = await ask(project, evalTrend)
  expect(names).toMatchObject([{ eval_name: 'wild', count: 3, mean_score: 0.5 }])
})

test("another project's evaluations and traces are not there", async () => {
  const [mine, other] = [await mint(), await mint()]
  const trace_id = await traceIn(other)
  await judge(other, trace_id, 'theirs', 1)
  expect((await ask(mine, listEvals)).items).toEqual([])
  expect((await ask(mine, evalTrend)).names).toEqual([])
  const response = await api.request('GET', `/api/v1/evals?trace_id=${trace_id}`, { key: mine.key })
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
    404,
    'trace_not_found',
  ])
})

test('an evaluation that says when it was made has that time, and its day in the trend; a time that is none is refused', async () => {
  const project = await mint()
  const trace_id = await traceIn(project)
  const created_at = new Date(Date.now() - 3 * DAY_MS).toISOString()
  await judge(project, trace_id, 'late', 0.9, { created_at })
  await judge(project, trace_id, 'now', 0.9)
  const { items } = await ask(project, listEvals, { query: {} })
  expect(items.map(({ eval_name }) => eval_name)).toEqual(['now', 'late'])
  expect(items[1]?.created_at).toBe(created_at)
  const { names } = await ask(project, evalTrend, { query: { last_days: 4 } })
  expect(names.find(({ eval_name }) => eval_name === 'late')?.days.map(({ count }) => count)).toEqual([
    1, 0, 0, 0,
  ])
  const body = { trace_id, eval_name: 'a', eval_model: 'm', score: 1, passed: true, idempotency_key: 'odd' }
  const odd = await api.request('POST', '/api/v1/evals', {
    key: project.key,
    body: { ...body, created_at: '2026-02-30T00:00:00Z' },
  })
  expect(odd.status).toBe(422)
  expect(await odd.json()).toMatchObject({ detail: [{ loc: ['body', 'created_at'] }] })
})
