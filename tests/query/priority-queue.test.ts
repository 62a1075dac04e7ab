import { afterAll, expect, test } from 'bun:test'
import { priorityQueue } from '#shared/contract/priority.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub } from './open-hub.ts'

const { deps, ask, mint, tell, stop } = await openHub()
afterAll(stop)

type Told = { status?: string; took?: number; start?: number; ended?: number; open?: number }

/** A trace with some spans that have ended and some that have not. */
async function say(
  project: TestProject,
  trace_id: string,
  { status = 'success', took = 1, start = 0, ended = 1, open = 0 }: Told = {},
) {
  const span = (name: string, more: object) => ({
    ...{ span_id: name, trace_id, name, start_time: at(start), idempotency_key: name },
    ...more,
  })
  const done = { status: 'success', end_time: at(start + took) }
  await tell(project, '/ingest/traces', {
    trace: {
      ...{ trace_id, status, start_time: at(start) },
      end_time: status === 'running' ? null : at(start + took),
    },
    spans: [
      ...Array.from({ length: ended }, (_, n) => span(`ended ${n}`, done)),
      ...Array.from({ length: open }, (_, n) => span(`open ${n}`, { status: 'running', end_time: null })),
    ],
  })
}

/** What the decision engine writes on the trace that it decided. */
const decide = ({ project_id }: TestProject, trace_id: string, action: string) => deps.database.sql`
  update traces t set decision = jsonb_build_object('action', ${action}::text)
  from projects p where p.project_no = t.project_no and p.project_id = ${project_id} and trace_key = ${trace_id}`

const review = (project: TestProject, trace_id: string, user_review_passed: boolean) =>
  tell(project, '/evals', {
    ...{ trace_id, eval_name: 'review', eval_model: 'human', score: user_review_passed ? 1 : 0 },
    ...{ passed: user_review_passed, user_review_passed, idempotency_key: 'r' },
  })

const queueOf = (project: TestProject, query: object = {}) => ask(project, priorityQueue, { query })

const risks = async (project: TestProject, query: object = {}) =>
  (await queueOf(project, query)).items.map(({ trace, risk }) => [trace.id, risk])

const termsOf = async (project: TestProject, query: object = {}) =>
  Object.fromEntries((await queueOf(project, query)).items[0]?.terms.map((t) => [t.term, t.points]) ?? [])

test('a failed trace has 55, a sound one is not in the queue', async () => {
  const project = await mint()
  await say(project, 'sound')
  await say(project, 'failed', { status: 'error' })
  const queue = await queueOf(project)
  expect(checkOf(priorityQueue.response).Check(queue)).toBe(true)
  expect(queue).toMatchObject({ total: 1, looked_at: null })
  expect(queue.items[0]).toMatchObject({ risk: 55, terms: [{ term: 'error', points: 55 }], over_sla: false })
  expect(queue.items[0]?.trace).toMatchObject({
    id: 'failed',
    status: 'error',
    project_id: project.project_id,
  })
})

test('open spans add 20, and what has not ended adds its share of another 20', async () => {
  const project = await mint()
  await say(project, 'half', { status: 'error', ended: 7, open: 1 })
  expect(await termsOf(project)).toEqual({ error: 55, open_spans: 20, incomplete: 3 })
  const other = await mint()
  await say(other, 'none', { status: 'error', ended: 0, open: 2 })
  expect(await termsOf(other)).toEqual({ error: 55, open_spans: 20, incomplete: 20 })
})

test('a block adds 35, an escalation 25, an answer that was allowed nothing', async () => {
  const project = await mint()
  for (const [trace_id, action] of [
    ['blocked', 'BLOCK'],
    ['escalated', 'ESCALATE'],
    ['allowed', 'ALLOW_ANSWER'],
  ] as const) {
    await say(project, trace_id, { status: 'error' })
    await decide(project, trace_id, action)
  }
  expect(await risks(project)).toEqual([
    ['blocked', 90],
    ['escalated', 80],
    ['allowed', 55],
  ])
})

test('a failed review adds 20, a passed one nothing', async () => {
  const project = await mint()
  for (const passed of [true, false]) {
    await say(project, `reviewed ${passed}`, { status: 'error' })
    await review(project, `reviewed ${passed}`, passed)
  }
  expect(await risks(project)).toEqual([
    ['reviewed false', 75],
    ['reviewed true', 55],
  ])
})

test('no risk is over 100', async () => {
  const project = await mint()
  await say(project, 'all', { status: 'error', ended: 0, open: 1 })
  await decide(project, 'all', 'BLOCK')
  await review(project, 'all', false)
  expect(await risks(project)).toEqual([['all', 100]])
  expect(Object.keys(await termsOf(project))).toEqual([
    ...['error', 'block', 'open_spans', 'review_failed', 'incomplete'],
  ])
})

test('without a failure a trace is queued from a risk of 70 on, or when it took longer than the limit', async () => {
  const project = await mint()
  await say(project, 'risky', { status: 'running', ended: 0, open: 1 })
  await decide(project, 'risky', 'BLOCK')
  await say(project, 'below', { status: 'running', ended: 0, open: 1 })
  await decide(project, 'below', 'ESCALATE')
  await say(project, 'slow', { took: 5.001 })
  await say(project, 'just in time', { took: 5 })
  expect(await risks(project)).toEqual([['risky', 75]])
  const late = await queueOf(project, { sla_ms: 5000 })
  expect(late.items.map(({ trace, risk, over_sla }) => [trace.id, risk, over_sla])).toEqual([
    ['risky', 75, false],
    ['slow', 0, true],
  ])
})

test('an open trace is never late, however long ago it began (W-66)', async () => {
  const project = await mint()
  await say(project, 'open', { status: 'running', start: -1000, ended: 0, open: 1 })
  expect(await risks(project, { sla_ms: 1 })).toEqual([])
})

test('the queue is of the window, not of a page: the riskiest first, then the newest (W-65)', async () => {
  const project = await mint()
  for (let n = 0; n < 12; n++) await say(project, `failed ${n}`, { status: 'error', start: n })
  await say(project, 'worst', { status: 'error', start: -60, open: 1 })
  await say(project, 'too old', { status: 'error', start: -7200, open: 1 })
  const queue = await queueOf(project, { start_time: at(-60), end_time: at(11), limit: 3 })
  expect(queue.items.map(({ trace }) => trace.id)).toEqual(['worst', 'failed 10', 'failed 9'])
  expect(queue.total).toBe(12)
  expect((await queueOf(project, { start_time: at(-60) })).items).toHaveLength(10)
})

test('nothing of another project is in the queue', async () => {
  const [mine, other] = [await mint(), await mint()]
  await say(other, 'theirs', { status: 'error' })
  expect(await queueOf(mine)).toEqual({ items: [], total: 0, looked_at: null })
})

test('of more traces than it looks at, the old failed ones are still found, and it says so', async () => {
  const project = await mint()
  await say(project, 'old and failed', { status: 'error', start: -600 })
  await say(project, 'old and slow', { took: 100, start: -600 })
  await say(project, 'new', { start: 0 })
  await deps.database.sql`
    insert into traces (start_time, end_time, created_at, updated_at, input_tokens, output_tokens, cost_nano, version,
      project_no, trace_day, total_spans, ended_spans, error_count, costed_spans, status, id_form, start_said, trace_key)
    select start_time, end_time, t.created_at, t.updated_at, 0, 0, 0, 1, t.project_no, trace_day, 1, 1, 0, 0, status, id_form,
      start_said, 'copy ' || n
    from traces t join projects p using (project_no), generate_series(1, 2000) n
    where p.project_id = ${project.project_id} and trace_key = 'new'`
  const queue = await queueOf(project, { sla_ms: 5000 })
  expect(queue.items.map(({ trace }) => trace.id)).toEqual(['old and failed'])
  expect(queue.looked_at).toBe(2000)
})
