import { afterAll, expect, test } from 'bun:test'
import { getSession, listSessions } from '#shared/contract/sessions.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub, shown } from './open-hub.ts'

const { api, ask, mint, tell, stop } = await openHub()
afterAll(stop)

/** A turn of a session that starts and ends at these seconds. */
const turn = (
  project: TestProject,
  session_id: string | null,
  from: number,
  to: number,
  more: object = {},
) => {
  const trace_id = crypto.randomUUID()
  const trace = { trace_id, session_id, status: 'success', start_time: at(from), end_time: at(to), ...more }
  return tell(project, '/ingest/traces', { trace }).then(() => trace_id)
}

test('a session is its traces: turns, failures, tokens, times, first words and last', async () => {
  const project = await mint()
  await turn(project, 's', 0, 2, { user_id: 'ann', input_text: 'hello', output_text: 'hi' })
  await turn(project, 's', 10, 14, { status: 'error', input_text: 'and now' })
  await turn(project, null, 20, 21, { input_text: 'alone' })
  const { items, next_cursor } = await ask(project, listSessions)
  expect(next_cursor).toBeNull()
  expect(items).toMatchObject([
    {
      ...{ id: 's', user_id: 'ann', turns: 2, turns_capped: false, failed: 1, running: 0 },
      ...{ start_time: shown(0), last_activity: shown(10), end_time: shown(14) },
      ...{ first_input: 'hello', last_output: 'hi', p50_ms: 3000, busy_ms: 6000, cost_usd: null },
    },
  ])
})

test('sessions come by their newest turn, and pages hold each of them once', async () => {
  const project = await mint()
  for (const [at_second, session] of ['a', 'b', 'a', 'c', 'b'].entries())
    await turn(project, session, at_second, at_second + 1)
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const query: { page_size: number; cursor?: string } = { page_size: 1, ...(cursor && { cursor }) }
    const page: { items: { id: string }[]; next_cursor: string | null } = await ask(project, listSessions, {
      query,
    })
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.next_cursor
  } while (cursor !== null)
  expect(seen).toEqual(['b', 'c', 'a'])
})

test('a window takes sessions whose newest turn lies in it, a user those with a turn of theirs', async () => {
  const project = await mint()
  await turn(project, 'early', 0, 1, { user_id: 'ann' })
  await turn(project, 'both', 5, 6, { user_id: 'ann' })
  await turn(project, 'both', 50, 51, { user_id: 'ben' })
  const ids = async (query: object) => (await ask(project, listSessions, { query })).items.map(({ id }) => id)
  expect(await ids({ end_time: at(10) })).toEqual(['early'])
  expect(await ids({ start_time: at(10) })).toEqual(['both'])
  expect(await ids({ user_id: 'ann' })).toEqual(['both', 'early'])
  expect(await ids({ user_id: 'ben' })).toEqual(['both'])
  expect(await ids({ user_id: 'nobody' })).toEqual([])
})

test('turns stand in order with the pause before each, and earlier ones are a page away', async () => {
  const project = await mint()
  const first = await turn(project, 's', 0, 2, { input_text: 'one' })
  const second = await turn(project, 's', 62, 65, { input_text: 'two' })
  const third = await turn(project, 's', 64, 70, { input_text: 'three' })
  const input = { params: { session_id: 's' }, query: { page_size: 2 } }
  const newest = await ask(project, getSession, input)
  expect(checkOf(getSession.response).Check(newest)).toBe(true)
  const told = ({ turns }: typeof newest) => turns.map(({ trace_id, gap_ms }) => [trace_id, gap_ms])
  expect(told(newest)).toEqual([
    [second, 60_000],
    [third, 0],
  ])
  const query = { page_size: 2, cursor: newest.earlier_cursor ?? '' }
  const earlier = await ask(project, getSession, { ...input, query })
  expect(told(earlier)).toEqual([[first, null]])
  expect(earlier.earlier_cursor).toBeNull()
  expect(earlier.session.turns).toBe(3)
})

test('a turn shows what was said beyond the preview, from the trace or from its root span, up to a limit', async () => {
  const project = await mint()
  const [long, longer] = ['a'.repeat(3000), 'b'.repeat(9000)]
  await turn(project, 's', 0, 1, { input_text: long, output_text: longer })
  const trace_id = crypto.randomUUID()
  const times = { start_time: at(5), end_time: at(6) }
  const span = { span_id: 'root', trace_id, name: 'root', ...times, idempotency_key: 'k' }
  const messages = [
    { role: 'user', content: `first ${long}` },
    { role: 'user', content: `last ${long}` },
  ]
  await tell(project, '/ingest/traces', {
    trace: { trace_id, session_id: 's', ...times },
    spans: [{ ...span, input: { messages }, output: 'short' }],
  })
  const { turns } = await ask(project, getSession, { params: { session_id: 's' } })
  expect(turns).toMatchObject([
    { input_text: long, input_cut: false, output_text: longer.slice(0, 8000), output_cut: true },
    { input_text: `last ${long}`, input_cut: false, output_text: 'short', output_cut: false },
  ])
})

test('a turn counts its evaluations, by what a person said of them where one did', async () => {
  const project = await mint()
  const trace_id = await turn(project, 's', 0, 1)
  const verdict = { trace_id, eval_name: 'n', eval_model: 'm', score: 1 }
  await tell(project, '/evals', { ...verdict, passed: true, idempotency_key: 'a' })
  await tell(project, '/evals', { ...verdict, passed: true, user_review_passed: false, idempotency_key: 'b' })
  const { turns } = await ask(project, getSession, { params: { session_id: 's' } })
  expect(turns).toMatchObject([{ evals_passed: 1, evals_failed: 1 }])
})

test('an unchanged session is 304 to its ETag, and any change of a turn ends that', async () => {
  const project = await mint()
  const trace_id = await turn(project, 's', 0, 1)
  const get = (headers: Record<string, string> = {}) =>
    api.request('GET', '/api/v1/sessions/s', { key: project.key, headers })
  const etag = (await get()).headers.get('etag') ?? ''
  const same = await get({ 'if-none-match': etag })
  expect([same.status, await same.text()]).toEqual([304, ''])
  const verdict = { trace_id, eval_name: 'n', eval_model: 'm', score: 1, passed: true, idempotency_key: 'a' }
  await tell(project, '/evals', verdict)
  const after = await get({ 'if-none-match': etag })
  expect([after.status, after.headers.get('etag') === etag]).toEqual([200, false])
})

test("another project's session is not found just like one that never was", async () => {
  const [mine, other] = [await mint(), await mint()]
  await turn(other, 'theirs', 0, 1)
  const answers = await Promise.all(
    ['theirs', 'never'].map(async (id) => {
      const response = await api.request('GET', `/api/v1/sessions/${id}`, { key: mine.key })
      const { code, detail } = (await response.json()) as { code: string; detail: string }
      return [response.status, code, detail]
    }),
  )
  expect(answers).toEqual([
    [404, 'session_not_found', 'session not found'],
    [404, 'session_not_found', 'session not found'],
  ])
  expect((await ask(mine, listSessions)).items).toEqual([])
})

test('a session id may be any text that a trace can name', async () => {
  const project = await mint()
  const id = `a/b?c#d %25 "<script>" \n 한국어 ${'x'.repeat(200)}`
  await turn(project, id, 0, 1)
  const { session } = await ask(project, getSession, { params: { session_id: id } })
  expect(session.id).toBe(id)
})
