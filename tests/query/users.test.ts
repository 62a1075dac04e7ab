import { afterAll, expect, test } from 'bun:test'
import { listUsers } from '#shared/contract/users.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub, shown } from './open-hub.ts'

const { ask, mint, tell, stop } = await openHub()
afterAll(stop)

const trace = (project: TestProject, user_id: string | null, second: number, more: object = {}) => {
  const times = { start_time: at(second), end_time: at(second + 1) }
  return tell(project, '/ingest/traces', {
    trace: { trace_id: crypto.randomUUID(), user_id, status: 'success', ...times, ...more },
  })
}

const llm = (project: TestProject, user_id: string, input_tokens: number, cost_usd: number) => {
  const trace_id = crypto.randomUUID()
  const times = { start_time: at(0), end_time: at(1) }
  const used = { input_tokens, output_tokens: 1, cost_usd }
  return tell(project, '/ingest/traces', {
    trace: { trace_id, user_id, status: 'success', ...times },
    spans: [{ span_id: 'a', trace_id, name: 'a', span_type: 'llm', ...times, ...used, idempotency_key: 'a' }],
  })
}

test('a user has what their traces in the window come to', async () => {
  const project = await mint()
  await trace(project, 'ann', 0)
  await trace(project, 'ann', 30, { status: 'error' })
  await trace(project, 'ann', 60, { status: 'running', end_time: null })
  await trace(project, 'ann', -48 * 3600, { status: 'error' })
  await trace(project, null, 5)
  await llm(project, 'ben', 10, 0.25)
  const answer = await ask(project, listUsers, { query: { last_hours: 24 } })
  expect(checkOf(listUsers.response).Check(answer)).toBe(true)
  expect(answer.window_hours).toBe(24)
  expect(answer.items).toMatchObject([
    {
      id: 'ann',
      traces: 3,
      errors: 1,
      running: 1,
      first_seen: shown(0),
      last_seen: shown(60),
      cost_usd: null,
    },
    { id: 'ben', traces: 1, errors: 0, input_tokens: 10, output_tokens: 1, cost_usd: 0.25 },
  ])
  const week = await ask(project, listUsers)
  expect(week.items[0]).toMatchObject({ id: 'ann', traces: 4, errors: 2 })
})

test('users can be sorted by each figure, the largest first', async () => {
  const project = await mint()
  await llm(project, 'costly', 1, 9)
  await llm(project, 'wordy', 900, 0.1)
  for (const second of [1, 2, 3]) await trace(project, 'busy', second)
  await trace(project, 'broken', 2, { status: 'error' })
  await trace(project, 'fresh', 100)
  const first = async (sort: 'last_seen' | 'traces' | 'errors' | 'tokens' | 'cost') =>
    (await ask(project, listUsers, { query: { sort } })).items[0]?.id
  expect([await first('last_seen'), await first('traces'), await first('errors')]).toEqual([
    'fresh',
    'busy',
    'broken',
  ])
  expect([await first('tokens'), await first('cost')]).toEqual(['wordy', 'costly'])
})

test('pages hold each user once, also those who are equal in what they are sorted by', async () => {
  const project = await mint()
  const names = ['a b', 'B', '가', 'a', 'z']
  for (const name of names) await trace(project, name, 0)
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const query: { page_size: number; sort: 'traces'; cursor?: string } = {
      page_size: 2,
      sort: 'traces',
      ...(cursor && { cursor }),
    }
    const page: { items: { id: string }[]; next_cursor: string | null } = await ask(project, listUsers, {
      query,
    })
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.next_cursor
  } while (cursor !== null)
  expect(seen).toEqual(['B', 'a', 'a b', 'z', '가'])
})

test('a search is literal text in any case', async () => {
  const project = await mint()
  for (const name of ['Ann%', 'ann_1', 'ben']) await trace(project, name, 0)
  const ids = async (search: string) =>
    (await ask(project, listUsers, { query: { search } })).items.map(({ id }) => id).toSorted()
  expect(await ids('ANN')).toEqual(['Ann%', 'ann_1'])
  expect(await ids('n%')).toEqual(['Ann%'])
  expect(await ids('_')).toEqual(['ann_1'])
})

test('another project has no users here', async () => {
  const [mine, other] = [await mint(), await mint()]
  await trace(other, 'theirs', 0)
  expect((await ask(mine, listUsers)).items).toEqual([])
})
