import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { announce } from '#shared/store/announce.ts'
import { migrate } from '#shared/store/migrate.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { mintProject, type TestProject } from '#shared/testing/project.ts'
import { spawnService } from '#shared/testing/spawn-service.ts'
import { until } from '#shared/testing/until.ts'
import { ingest } from '../../ingest/service.ts'
import { caseOpened, SUBSCRIPTIONS } from './open-notify.ts'
import { hangs, openReceiver, type Hook } from './receiver.ts'

const database = await freshDatabase()
await migrate(database.database)
const deps = await testDeps(database.url)
const { sql } = deps.database
const doors = await ingest(deps)
const { fetch: api } = testApi(deps, doors.routes)
const data_dir = mkdtempSync(join(tmpdir(), 'hub-test-crash-'))
const receiver = openReceiver()
const secret = ['of', 'these', 'tests', 'alone'].join('-')
let running: Awaited<ReturnType<typeof spawnService>>[] = []

afterAll(async () => {
  for (const { kill, exited } of running) {
    kill('SIGKILL')
    await exited
  }
  await doors.stop()
  await deps.stop()
  await database.drop()
  await receiver.stop()
  rmSync(data_dir, { recursive: true, force: true })
})

async function start() {
  const env = { HUB_DATA_DIR: data_dir, DATABASE_URL: database.url, HUB_SECRET_KEY: secret }
  const service = await spawnService('notify', env)
  if (service.url === '') throw new Error(service.output.err)
  running.push(service)
  return service
}

async function end(signal: 'SIGKILL' | 'SIGTERM') {
  const all = running
  running = []
  for (const { kill } of all) kill(signal)
  return Promise.all(all.map(({ exited }) => exited))
}

async function subscribe(url: string, { key }: TestProject, hook: Hook) {
  const response = await fetch(url + SUBSCRIPTIONS, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ url: hook.url, events: ['case.opened'] }),
  })
  expect(response.status).toBe(200)
}

async function tell({ project_id }: TestProject, count: number) {
  const [row] = await sql<{ project_no: number }[]>`
    select project_no from projects where project_id = ${project_id}`
  const { project_no } = row ?? { project_no: 0 }
  await sql.begin(async (tx) =>
    announce(
      tx,
      Array.from({ length: count }, () => ({ ...caseOpened(), project_no })),
      new Date(),
    ),
  )
}

const idsOf = (hook: Hook) => hook.received().map(({ headers }) => headers['webhook-id'] ?? '')
const delivered = async () => (await sql`select 1 from deliveries where state = 'delivered'`).count
/** As if the minute of a lease were over; only while nobody is there, who would still hold one. */
const endLeases = () => sql`update deliveries set due_at = now() where state = 'pending'`

let project: TestProject
beforeAll(async () => void (project = await mintProject(api)))

test('two processes fan an event out once and send it once', async () => {
  const hook = receiver.hook()
  const [one] = [await start(), await start()]
  await subscribe(one.url, project, hook)
  for (let round = 0; round < 10; round++) await tell(project, 20)
  await until('200 messages have arrived', async () => (await delivered()) === 200)
  const ids = idsOf(hook)
  expect([ids.length, new Set(ids).size]).toEqual([200, 200])
  expect((await sql`select 1 from outbox`).count).toBe(0)
  await end('SIGKILL')
  await sql`delete from subscriptions`
}, 30_000)

test('kill -9 in the middle of a POST: all arrive, and only what was open may come twice, under its id', async () => {
  const hook = receiver.hook(hangs)
  await subscribe((await start()).url, project, hook)
  await tell(project, 6)
  await until('two are open', () => hook.received().length === 2)
  await end('SIGKILL')
  hook.behave(() => new Response(null, { status: 204 }))
  await endLeases()
  await start()
  await until('all are delivered', async () => (await delivered()) === 6)
  const ids = idsOf(hook)
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place)
  expect(new Set(ids).size).toBe(6)
  expect(twice.toSorted()).toEqual(ids.slice(0, 2).toSorted())
  await end('SIGKILL')
  await sql`delete from subscriptions`
}, 30_000)

test('killed again and again, and with events that came while nobody was there, every event arrives', async () => {
  const hook = receiver.hook(async () => {
    await Bun.sleep(5)
    return new Response(null, { status: 204 })
  })
  await subscribe((await start()).url, project, hook)
  for (let round = 1; round <= 4; round++) {
    await tell(project, 40)
    await until('some have arrived', () => hook.received().length >= round * 15)
    await end('SIGKILL')
    await tell(project, 10)
    await endLeases()
    await start()
  }
  await until('all are delivered', async () => (await delivered()) === 200)
  const ids = idsOf(hook)
  expect(new Set(ids).size).toBe(200)
  // Two at a time are under way, so that four deaths may have doubled eight at the most.
  expect(ids.length).toBeLessThanOrEqual(208)
  await end('SIGKILL')
  await sql`delete from subscriptions`
}, 60_000)

test('SIGTERM gives back what is open: it is due at once and has lost no try', async () => {
  const hook = receiver.hook(hangs)
  await subscribe((await start()).url, project, hook)
  await tell(project, 1)
  await until('it is open', () => hook.received().length === 1)
  expect(await end('SIGTERM')).toEqual([0])
  const [row] = await sql<{ tries: number; is_due: boolean; state: string }[]>`
    select tries, due_at <= now() as is_due, state from deliveries`
  expect(row).toEqual({ tries: 0, is_due: true, state: 'pending' })
}, 30_000)
