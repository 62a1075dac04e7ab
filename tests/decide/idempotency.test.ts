import { afterAll, expect, test } from 'bun:test'
import { newKey, openHub } from './open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
// Another process over the same database: it shares no flight with the first.
const other = await openHub()
afterAll(other.stop)
const { ask, mint } = hub

test('the same key with the same body is the stored decision with its judge runs, unchanged', async () => {
  const project = await mint()
  const body = { idempotency_key: newKey(), input: 'ssn', output: 'b', trace: { user_id: 'u' } }
  const first = await ask(project, body)
  const before = await hub.countRows(project)
  const { trace, output, input, idempotency_key } = body
  // Members in another order are the same body.
  const again = await ask(project, { trace, output, input, idempotency_key })
  expect(again.status).toBe(200)
  expect(again.json).toEqual(first.json)
  expect(await hub.countRows(project)).toEqual(before)
})

test('the same key with another body is a conflict, and what was decided stays', async () => {
  const project = await mint()
  const body = { idempotency_key: newKey(), input: 'a', output: 'b' }
  const first = await ask(project, body)
  const before = await hub.countRows(project)
  const conflict = await ask(project, { ...body, output: 'c' })
  expect(conflict).toMatchObject({ status: 409, json: { code: 'idempotency_conflict' } })
  expect((await ask(project, body)).json).toEqual(first.json)
  expect(await hub.countRows(project)).toEqual(before)
})

test("a key is the project's own: another project decides under it for itself", async () => {
  const [one, two] = [await mint(), await mint()]
  const body = { idempotency_key: newKey(), input: 'a', output: 'b' }
  const [first, second] = [await ask(one, body), await ask(two, body)]
  expect(second.status).toBe(200)
  expect(second.decision['id']).not.toBe(first.decision['id'])
})

test('repeats at the same moment, in one process and in two, are one decision', async () => {
  const project = await mint()
  const body = { idempotency_key: newKey(), input: 'a', output: 'b' }
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => (index % 2 ? hub : other).ask(project, body)),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(new Set(answers.map(({ decision }) => decision['id'])).size).toBe(1)
  expect(await hub.countRows(project)).toMatchObject({ decisions: 1, traces: 1, log: 1 })
})

test('of different bodies under one key at the same moment one is decided, the others are conflicts', async () => {
  const project = await mint()
  const idempotency_key = newKey()
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      (index % 2 ? hub : other).ask(project, { idempotency_key, input: 'a', output: `answer ${index}` }),
    ),
  )
  const counted = Map.groupBy(answers, ({ status }) => status)
  expect([counted.get(200)?.length, counted.get(409)?.length]).toEqual([1, 7])
  expect(await hub.countRows(project)).toMatchObject({ decisions: 1 })
})

test('a repeat after its trace is gone is still the stored decision', async () => {
  const project = await mint()
  await hub.record(project, { trace_id: 'gone' })
  const body = { idempotency_key: newKey(), trace_id: 'gone', output: 'b' }
  const first = await ask(project, body)
  await hub.sql`delete from traces where project_no = ${await hub.numberOf(project)}`
  expect((await ask(project, body)).json).toEqual(first.json)
  expect((await ask(project, { ...body, output: 'c' })).json).toMatchObject({ code: 'idempotency_conflict' })
  expect((await ask(project, { ...body, idempotency_key: newKey() })).json).toMatchObject({
    code: 'trace_not_found',
  })
})
