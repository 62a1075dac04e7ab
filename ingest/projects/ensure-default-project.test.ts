import { afterAll, expect, test } from 'bun:test'
import { DEV_KEY } from '#shared/config.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import type { listProjects } from '#shared/contract/projects.ts'
import type { Deps } from '#shared/service.ts'
import { openDatabase, type Database } from '#shared/store/connect.ts'
import { migrate } from '#shared/store/migrate.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { ensureDefaultProject } from './ensure-default-project.ts'
import { accessApi, jsonOf } from './testing.ts'

const deps = await testDeps()
const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
  await deps.stop()
})

function open(url: string): Database {
  const database = openDatabase(url, deps.log)
  ends.push(async () => database.stop())
  return database
}

/** The default project is one for a whole database, so a test of it needs a database of its own. */
async function freshHub(): Promise<Deps & { url: string }> {
  const { database, url, drop } = await freshDatabase()
  ends.push(drop)
  await migrate(database)
  return { ...deps, database, url }
}

const projectsOf = async (hub: Deps) => jsonOf<Output<typeof listProjects>>(accessApi(hub).admin('GET', ''))

test('W-44: on a fresh start dev-key alone writes and reads, in a ready project named default', async () => {
  const hub = await freshHub()
  await ensureDefaultProject(hub)
  const [made, ...others] = await projectsOf(hub)
  expect(others).toEqual([])
  expect(made).toMatchObject({ name: 'default', is_active: true, key_activated: true })
  for (const auth of ['ingest', 'read'] as const) {
    const seen = await jsonOf<unknown>(accessApi(hub).probe(auth, DEV_KEY))
    expect(seen).toEqual({ kind: 'admin', actor: 'admin', project_id: made?.id ?? null })
  }
})

test('W-44: a rotated key of the default project leaves dev-key as it was', async () => {
  const hub = await freshHub()
  await ensureDefaultProject(hub)
  const [made] = await projectsOf(hub)
  const api = accessApi(hub)
  await api.admin('POST', `/${made?.id}/rotate-key`)
  expect((await api.probe('ingest', DEV_KEY)).status).toBe(200)
})

test('W-44: a restart makes no second default project', async () => {
  const hub = await freshHub()
  await ensureDefaultProject(hub)
  const before = await projectsOf(hub)
  await ensureDefaultProject({ ...hub, database: open(hub.url) })
  expect(await projectsOf(hub)).toEqual(before)
})

test('W-44: hubs that start at the same time make one default project between them', async () => {
  const hub = await freshHub()
  const starts = Array.from({ length: 6 }, () => ({ ...hub, database: open(hub.url) }))
  await Promise.all(starts.map(async ({ database }) => database.sql`select 1`))
  await Promise.all(starts.map(async (start) => ensureDefaultProject(start)))
  expect(await projectsOf(hub)).toHaveLength(1)
  expect(await hub.database.sql`select from api_keys`).toHaveLength(1)
  expect(await hub.database.sql`select from audit`).toHaveLength(1)
})

test('in production there is no default project', async () => {
  const hub = await freshHub()
  await ensureDefaultProject({ ...hub, config: { ...hub.config, env: 'production' } })
  expect(await projectsOf(hub)).toEqual([])
})
