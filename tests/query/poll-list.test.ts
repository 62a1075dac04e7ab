import { afterAll, afterEach, expect, test } from 'bun:test'
import { listTraces } from '#shared/contract/traces.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub } from './open-hub.ts'

const { api, ask, deps, mint, tell, stop } = await openHub()
afterAll(stop)
afterEach(() => deps.setClock(null))

const say = (project: TestProject, trace_id: string, second: number, more: object = {}) =>
  tell(project, '/ingest/traces', { trace: { trace_id, start_time: at(second), ...more } })

const get = (project: TestProject, query = '', etag: string | null = null) =>
  api.request('GET', `/api/v1/traces${query}`, {
    key: project.key,
    headers: etag === null ? {} : { 'if-none-match': etag },
  })

let polled = 0
/** Asks whether there is news, each time after what polls share has gone out of date. */
const poll = (project: TestProject, query: string, etag: string | null) => {
  deps.setClock(Date.now() + ++polled * 1001)
  return get(project, query, etag)
}

const STARTED = {
  ...{ span_id: 's', event_type: 'SPAN_STARTED', event_time: at(1), idempotency_key: 's' },
  payload: { name: 'step' },
}

const tagOf = async (project: TestProject, query = '') => (await get(project, query)).headers.get('etag')

test('a list of which nothing changed is 304 without a body, on each page and with each filter', async () => {
  const project = await mint()
  for (const id of ['a', 'b', 'c']) await say(project, id, 1, { user_id: id })
  const cursor = (await ask(project, listTraces, { query: { page_size: 1 } })).next_cursor ?? ''
  const tags = new Set<string | null>()
  for (const query of [
    '',
    '?page_size=1',
    `?page_size=1&cursor=${cursor}`,
    '?user_id=b',
    '?user_id=nobody',
  ]) {
    const etag = await tagOf(project, query)
    expect(etag).toStartWith('W/"')
    const same = await get(project, query, etag)
    expect([query, same.status, same.headers.get('etag'), await same.text()]).toEqual([query, 304, etag, ''])
    tags.add(etag)
  }
  expect(tags.size).toBe(5)
})

test('a trace that came, one that changed and one that is gone are news to the page they stand on', async () => {
  const project = await mint()
  await say(project, 'old', 1)
  await say(project, 'young', 2)
  const span = { ...STARTED, trace_id: 'old' }
  const news = [
    () => tell(project, '/ingest/spans', { events: [span] }),
    () => say(project, 'youngest', 3),
    () => deps.database.sql`delete from traces where trace_key = 'young'
      and project_no = (select project_no from projects where project_id = ${project.project_id})`,
  ]
  for (const tell_news of news) {
    const etag = await tagOf(project)
    await tell_news()
    expect((await poll(project, '', etag)).status).toBe(200)
  }
  const [first, other] = [await tagOf(project, '?page_size=1'), await mint()]
  await say(project, 'oldest', 0)
  expect((await poll(project, '?page_size=1', first)).status).toBe(304)
  expect((await poll(other, '?page_size=1', first)).status).toBe(200)
})

test('an open trace that goes quiet is news though nothing came', async () => {
  const project = await mint()
  const span = { ...STARTED, trace_id: 't' }
  await tell(project, '/ingest/spans', { events: [span] })
  const etag = await tagOf(project)
  deps.setClock(Date.now() + 31 * 60_000)
  const later = await get(project, '', etag)
  deps.setClock(null)
  expect(later.status).toBe(200)
  expect(await later.text()).toContain('"stale":true')
})

test('later traces are news to who sees a list as of a moment', async () => {
  const project = await mint()
  await say(project, 'a', 1)
  const { as_of } = await ask(project, listTraces)
  const query = `?as_of=${as_of}`
  const etag = await tagOf(project, query)
  expect((await poll(project, query, etag)).status).toBe(304)
  await say(project, 'b', 2)
  const answer = await poll(project, query, etag)
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('"newer":1')
})

test('polls within a second share what they see, and who has the newer page is told that it still stands', async () => {
  const project = await mint()
  const now = Date.now()
  deps.setClock(now)
  await say(project, 'a', 1)
  const before = await tagOf(project)
  expect((await get(project, '', before)).status).toBe(304)
  await say(project, 'b', 2)
  const after = await tagOf(project)
  expect([after === before, (await get(project, '', before)).status]).toEqual([false, 304])
  expect((await get(project, '', after)).status).toBe(304)
  deps.setClock(now + 1001)
  expect((await get(project, '', before)).headers.get('etag')).toBe(after)
})

test('the total of a full page may be two seconds old, that of the last page is never', async () => {
  const project = await mint()
  const total = async (page_size: number) => (await ask(project, listTraces, { query: { page_size } })).total
  const now = Date.now()
  deps.setClock(now)
  for (const [second, id] of ['a', 'b', 'c'].entries()) await say(project, id, second)
  expect([await total(1), await total(5)]).toEqual([3, 3])
  await deps.database.sql`
    delete from traces where trace_key = 'c'
      and project_no = (select project_no from projects where project_id = ${project.project_id})`
  expect([await total(1), await total(5)]).toEqual([3, 2])
  deps.setClock(now + 2001)
  const later = await total(1)
  deps.setClock(null)
  expect(later).toBe(2)
})

test('a list that takes too long is a 503 that says to narrow the time window', async () => {
  const project = await mint()
  const answer = await deps.database.sql.begin(async (sql) => {
    await sql`lock table traces in access exclusive mode`
    return await get(project, '?model=rare')
  })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  const said = await answer.text()
  expect(said).toContain('"query_timeout"')
  expect(said).toContain('narrow the time window')
  expect((await get(project)).status).toBe(200)
})
