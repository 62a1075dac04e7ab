import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '#shared/store/migrate.ts'
import { listTables } from '#shared/store/backup/tables.ts'
import type { Sql } from '#shared/store/connect.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { mintProject } from '#shared/testing/project.ts'
import { testApi } from '#shared/testing/api.ts'
import { ingest } from '../../ingest/service.ts'
import { furnish } from '../isolation/furnish.ts'
import { openHouse } from '../isolation/open-house.ts'
import { fill } from '../upkeep/fill.ts'
import { openHub } from '../upkeep/open-hub.ts'
import { run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'hub-test-backup-'))
const file = (name: string) => join(folder, name)

const house = await openHouse()
const hub = await openHub()
afterAll(async () => {
  await hub.stop()
  await house.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** An empty database of the newest schema. */
async function emptyHub() {
  const { url, database, drop } = await freshDatabase()
  await migrate(database)
  const deps = await testDeps(url)
  return {
    deps,
    sql: deps.database.sql,
    async stop() {
      await deps.stop()
      await drop()
    },
  }
}

/** Every table as its rows in an order of their own, audit without the lines on the backup itself. */
async function contents(sql: Sql): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for (const { name, columns } of await listTables(sql)) {
    const own = name === 'audit' ? sql`where action not like 'backup.%'` : sql``
    const [row] = await sql`
      select count(*)::int as rows, md5(string_agg(r::text, ',' order by r::text)) as digest
      from (select ${sql(columns)} from ${sql(name)} ${own}) r`
    all[name] = row
  }
  return all
}

/** A backup of the hub and what stands in it: figures and the index of search are made all the while, so it may take a few. */
async function backUpAtRest() {
  for (let tries = 1; ; tries++) {
    const full = file(`full-${tries}`)
    const before = await contents(hub.sql)
    expect((await run(hub.deps, 'backup', '--to', full)).code).toBe(0)
    if (Bun.deepEquals(before, await contents(hub.sql))) return { full, before }
  }
}

test('a backup restored into an empty database is the same in every table, verified, and goes on', async () => {
  await fill(hub, await hub.mint(), ['a', 'b', 'c'])
  const { full, before } = await backUpAtRest()
  expect(statSync(full).mode & 0o777).toBe(0o600)

  const empty = await emptyHub()
  try {
    const restored = await run(empty.deps, 'restore', '--from', full)
    expect(restored.code).toBe(0)
    expect(restored.text).toContain('tables, as they were at ')
    expect(await contents(empty.sql)).toEqual(before)
    const verified = await run(empty.deps, 'verify')
    expect(verified.code).toBe(0)
    expect(verified.text).not.toContain(' more')
    const service = await ingest(empty.deps)
    const api = testApi(empty.deps, service.routes)
    const project = await mintProject(api.fetch)
    const trace = { trace_id: 'new', start_time: new Date().toISOString() }
    const sent = { key: project.key, body: { trace } }
    expect((await api.request('POST', '/api/v1/ingest/traces', sent)).status).toBe(200)
    await service.stop()
  } finally {
    await empty.stop()
  }
})

test('decisions, cases, policies, webhooks and people come back too', async () => {
  await furnish(house)
  await house.sql`
    insert into people (person_id, email, name, created_at)
    values (${crypto.randomUUID()}, 'a@example.test', ${'tab\tnewline\n back\\slash \\N 한국어'}, now())`
  expect((await run(house.deps, 'backup', '--to', file('house'))).code).toBe(0)
  const there = await contents(house.sql)
  const empty = await emptyHub()
  try {
    expect((await run(empty.deps, 'restore', '--from', file('house'))).code).toBe(0)
    const back = await contents(empty.sql)
    for (const table of ['decisions', 'judge_runs', 'cases', 'policies', 'subscriptions', 'people', 'alerts'])
      expect([table, back[table]]).toEqual([table, there[table]])
    const [name] = await empty.sql<{ name: string }[]>`select name from people`
    expect(name?.name).toBe('tab\tnewline\n back\\slash \\N 한국어')
  } finally {
    await empty.stop()
  }
})

test('what is written while a backup runs is in it as a whole or not at all', async () => {
  const project = await hub.mint()
  let writing = true
  const writer = (async () => {
    for (let n = 0; writing; n++) await fill(hub, project, [`during ${n}`])
  })()
  await Bun.sleep(50)
  expect((await run(hub.deps, 'backup', '--to', file('during'))).code).toBe(0)
  writing = false
  await writer
  const empty = await emptyHub()
  try {
    expect((await run(empty.deps, 'restore', '--from', file('during'))).code).toBe(0)
    expect((await run(empty.deps, 'verify')).code).toBe(0)
  } finally {
    await empty.stop()
  }
})

test('a backup that is cut off, changed or none leaves the database empty', async () => {
  expect((await run(hub.deps, 'backup', '--to', file('whole'))).code).toBe(0)
  const bytes = readFileSync(file('whole'))
  const changed = Buffer.from(bytes)
  changed.writeUInt8((changed[changed.length >> 1] ?? 0) ^ 0xff, changed.length >> 1)
  writeFileSync(file('cut'), bytes.subarray(0, bytes.length - 20))
  writeFileSync(file('changed'), changed)
  writeFileSync(file('none'), 'this is no archive')
  const empty = await emptyHub()
  try {
    const before = await contents(empty.sql)
    for (const name of ['cut', 'changed', 'none', 'missing']) {
      const { code, text } = await run(empty.deps, 'restore', '--from', file(name))
      expect([name, code, text.includes('backup')]).toEqual([name, 1, true])
      expect([name, await contents(empty.sql)]).toEqual([name, before])
    }
  } finally {
    await empty.stop()
  }
})

test('a backup goes into no database that has something, and over no file that is there', async () => {
  await hub.mint()
  expect((await run(hub.deps, 'backup', '--to', file('taken'))).code).toBe(0)
  const before = await contents(hub.sql)
  const restored = await run(hub.deps, 'restore', '--from', file('taken'))
  expect([restored.code, restored.text]).toEqual([
    1,
    'There is something in projects: a backup goes into an empty database only\n',
  ])
  expect(await contents(hub.sql)).toEqual(before)
  const bytes = readFileSync(file('taken'))
  expect((await run(hub.deps, 'backup', '--to', file('taken'))).code).toBe(1)
  expect(readFileSync(file('taken')).equals(bytes)).toBe(true)
  expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([])
})

test('a backup of another schema is refused with the release that can restore it', async () => {
  expect((await run(hub.deps, 'backup', '--to', file('newer'))).code).toBe(0)
  const empty = await emptyHub()
  try {
    await empty.sql`update migrations set sha256 = 'other' where version = 3`
    const { code, text } = await run(empty.deps, 'restore', '--from', file('newer'))
    expect(code).toBe(1)
    expect(text).toContain('restore it with that release, then upgrade')
  } finally {
    await empty.stop()
  }
})

test('another HUB_SECRET_KEY is said; a backup and a restore are in the audit', async () => {
  const empty = await emptyHub()
  try {
    expect((await run(hub.deps, 'backup', '--to', file('secret'))).code).toBe(0)
    const other = { ...empty.deps, config: { ...empty.deps.config, secret_key: 'another '.repeat(4) } }
    expect((await run(other, 'restore', '--from', file('secret'))).text).toContain(
      'HUB_SECRET_KEY is another',
    )
    const audited = await empty.sql`select action from audit where action = 'backup.restored'`
    expect(audited).toHaveLength(1)
    const written = await hub.sql`select action from audit where action = 'backup.written'`
    expect(written.length).toBeGreaterThan(0)
    expect(existsSync(file('secret'))).toBe(true)
  } finally {
    await empty.stop()
  }
})
