import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { migrate } from '#shared/store/migrate.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { mintProject } from '#shared/testing/project.ts'
import { spawnService, type SpawnedService } from '#shared/testing/spawn-service.ts'
import { until } from '#shared/testing/until.ts'
import { ingest } from '../../ingest/service.ts'
import { SUBSCRIPTIONS } from './open-notify.ts'
import { openReceiver, type Hook } from './receiver.ts'

const database = await freshDatabase()
await migrate(database.database)
const deps = await testDeps(database.url)
const { sql } = deps.database
const doors = await ingest(deps)
const { fetch: api } = testApi(deps, doors.routes)
const data_dir = mkdtempSync(join(tmpdir(), 'hub-test-faults-'))
const receiver = openReceiver()
const secret_key = ['of', 'these', 'tests', 'alone'].join('-')
const locker = deps.database.dedicated('locker')
const services: SpawnedService[] = []

const HOLD = 79
await sql`
  create function hold() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(79); return null; end $$`

afterAll(async () => {
  await locker.end({ timeout: 1 })
  await doors.stop()
  await deps.stop()
  await database.drop()
  await receiver.stop()
  rmSync(data_dir, { recursive: true, force: true })
})

type Json = Record<string, unknown>

async function start(name: 'decide' | 'notify'): Promise<SpawnedService> {
  const env = { HUB_DATA_DIR: data_dir, DATABASE_URL: database.url, HUB_SECRET_KEY: secret_key }
  const service = await spawnService(name, env)
  if (service.url === '') throw new Error(service.output.err)
  services.push(service)
  return service
}

async function killHard(service: SpawnedService): Promise<void> {
  service.kill('SIGKILL')
  await service.exited
}

async function post(url: string, path: string, key: string, body: unknown): Promise<Json> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  // Every answer of the API is a JSON object.
  const json = (await response.json()) as Json
  if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(json)}`)
  return json
}

/** Both services, and a project that escalates everything and tells a hook of it. */
async function open(hook: Hook) {
  const [deciding, sending] = [await start('decide'), await start('notify')]
  const { key } = await mintProject(api)
  const definition = { version: 2, rules: [{ id: 'all', when: 'true', then: 'ESCALATE', reason: 'LOOK' }] }
  await post(deciding.url, '/api/v1/policies', key, { name: 'p', active: true, definition })
  const events = ['case.*', 'decision.*']
  const { secret } = await post(sending.url, SUBSCRIPTIONS, key, { url: hook.url, events })
  // That the policy decides is an event too, which nobody asked for.
  await until('the outbox is empty', async () => (await sql`select 1 from outbox`).count === 0)
  const body = { idempotency_key: 'the one', input: 'a', output: 'b' }
  const ask = async ({ url }: SpawnedService) => {
    const { decision } = await post(url, '/api/v1/decide', key, body)
    return (decision as Json)['id']
  }
  return { deciding, sending, secret: String(secret), ask }
}

/** Whoever comes to the trigger waits until the hand is taken away. */
async function holdAt(trigger: PromiseLike<unknown>): Promise<() => Promise<unknown>> {
  await trigger
  await locker`select pg_advisory_lock(${HOLD})`
  return async () => locker`select pg_advisory_unlock(${HOLD})`
}

const isHeld = () =>
  until('somebody is held', async () => {
    const rows = await sql`
      select 1 from pg_locks where locktype = 'advisory' and objid = ${HOLD} and not granted`
    return rows.count > 0
  })

/** Who was held has gone on, and, with nobody to listen, has ended. */
const isOver = () =>
  until('nobody holds or waits', async () => {
    const rows = await sql`select 1 from pg_locks where locktype = 'advisory' and objid = ${HOLD}`
    return rows.count === 0
  })

const count = async () => {
  const [row] = await sql<[Json]>`
    select (select count(*)::int from decisions) decisions, (select count(*)::int from cases) cases,
      (select sum(occurrences)::int from cases) occurrences, (select count(*)::int from traces) traces,
      (select count(*)::int from deliveries) deliveries, (select count(*)::int from outbox) outbox`
  return row
}

const DONE = { decisions: 1, cases: 1, occurrences: 1, traces: 1, deliveries: 2, outbox: 0 }

const delivered = () =>
  until('both are delivered', async () => {
    const rows = await sql`select 1 from deliveries where state = 'delivered'`
    return rows.count === 2
  })

/** Each message once, by its id; signed, and of the types that there are to be. */
function idsOf(hook: Hook, secret: string): string[] {
  const messages = hook.received().map(({ headers, body }) => {
    // The library throws where the signature is not right.
    const { type } = new Webhook(secret).verify(body, headers) as { type: string }
    return { id: headers['webhook-id'] ?? '', type }
  })
  const types = new Map(messages.map(({ id, type }) => [id, type]))
  expect([...types.values()].toSorted()).toEqual(['case.opened', 'decision.escalated'])
  return messages.map(({ id }) => id)
}

beforeEach(async () => {
  await sql`
    truncate deliveries, delivery_attempts, subscriptions, outbox, case_history, case_traces, cases, decisions, judge_runs,
      traces`
})

afterEach(async () => {
  for (const service of services.splice(0)) await killHard(service)
  for (const table of ['decisions', 'case_history', 'deliveries', 'delivery_attempts'])
    await sql`drop trigger if exists hold on ${sql(table)}`
})

test('decide is killed before it commits: nothing of it is there, and the repeat makes one decision and one case', async () => {
  const hook = receiver.hook()
  const { deciding, secret, ask } = await open(hook)
  const letGo = await holdAt(sql`create trigger hold after insert on case_history execute function hold()`)
  const answer = ask(deciding).catch(() => null)
  await isHeld()
  await killHard(deciding)
  await letGo()
  expect(await answer).toBeNull()
  await isOver()
  expect(await count()).toMatchObject({ decisions: 0, cases: 0, traces: 0, outbox: 0, deliveries: 0 })
  await ask(await start('decide'))
  await delivered()
  expect(await count()).toEqual(DONE)
  expect(idsOf(hook, secret)).toHaveLength(2)
}, 60_000)

test('decide is killed after it has committed and before it wakes anybody: the messages go out without it', async () => {
  const hook = receiver.hook()
  const { deciding, secret, ask } = await open(hook)
  const letGo = await holdAt(sql`
    create constraint trigger hold after insert on decisions deferrable initially deferred
      for each row execute function hold()`)
  const answer = ask(deciding).catch(() => null)
  await isHeld()
  await killHard(deciding)
  await letGo()
  expect(await answer).toBeNull()
  await delivered()
  const [made] = await sql<{ decision_id: string }[]>`select decision_id from decisions`
  expect(await ask(await start('decide'))).toBe(made?.decision_id)
  expect(await count()).toEqual(DONE)
  expect(idsOf(hook, secret)).toHaveLength(2)
}, 60_000)

test('notify is killed before it commits what it fans out: the next one fans out all of it, once', async () => {
  const hook = receiver.hook()
  const { deciding, sending, secret, ask } = await open(hook)
  const letGo = await holdAt(sql`create trigger hold after insert on deliveries execute function hold()`)
  await ask(deciding)
  await isHeld()
  await killHard(sending)
  await letGo()
  await isOver()
  expect(await count()).toMatchObject({ outbox: 2, deliveries: 0 })
  expect(hook.received()).toEqual([])
  await start('notify')
  await delivered()
  expect(await count()).toEqual(DONE)
  expect(idsOf(hook, secret)).toHaveLength(2)
}, 60_000)

test('notify is killed in the middle of a POST: only what was open comes twice, under its id', async () => {
  const hook = receiver.hook((_request, nth) =>
    nth === 1 ? new Promise<Response>(() => {}) : new Response(null, { status: 204 }),
  )
  const { deciding, sending, secret, ask } = await open(hook)
  await ask(deciding)
  await until('one has arrived, and one is open', async () => {
    const rows = await sql`select 1 from deliveries where state = 'delivered'`
    return rows.count === 1
  })
  await killHard(sending)
  await sql`update deliveries set due_at = now() where state = 'pending'`
  await start('notify')
  await delivered()
  expect(await count()).toEqual(DONE)
  const ids = idsOf(hook, secret)
  expect(ids).toHaveLength(3)
  expect(ids.filter((id) => id === ids[0])).toHaveLength(2)
}, 60_000)

test('notify is killed after a POST and before it has marked it: the message comes again under its id, the case does not', async () => {
  const hook = receiver.hook()
  const { deciding, sending, secret, ask } = await open(hook)
  const letGo = await holdAt(
    sql`create trigger hold after insert on delivery_attempts execute function hold()`,
  )
  await ask(deciding)
  await isHeld()
  await until('both were answered', () => hook.received().length === 2)
  await killHard(sending)
  await letGo()
  await isOver()
  await sql`drop trigger hold on delivery_attempts`
  await sql`update deliveries set due_at = now() where state = 'pending'`
  await start('notify')
  await delivered()
  expect(await count()).toEqual(DONE)
  const ids = idsOf(hook, secret)
  expect([ids.length, new Set(ids).size]).toEqual([4, 2])
}, 60_000)
