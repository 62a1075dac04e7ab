import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase } from '../testing/fresh-database.ts'
import type { Database } from './connect.ts'
import { migrate } from './migrate.ts'

const ends: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ends) await end()
})

async function emptyDatabase(): Promise<Database> {
  const { database, drop } = await freshDatabase()
  ends.push(drop)
  return database
}

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hub-migrations-'))
  ends.push(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const quiet = () => {}
const FIRST = { '0001_first.sql': 'create table a (n int); insert into a values (1);' }
const SECOND = { '0002_second.sql': 'insert into a values (2);' }

async function numbersIn({ sql }: Database): Promise<number[]> {
  const rows = await sql<{ n: number }[]>`select n from a order by n`
  return rows.map(({ n }) => n)
}

test('the migrations of the hub make an empty database ready', async () => {
  const database = await emptyDatabase()
  const lines: string[] = []
  await migrate(database, (line) => void lines.push(line))
  const [found] = await database.sql<
    [{ projects: string | null }]
  >`select to_regclass('projects')::text as projects`
  expect(found.projects).toBe('projects')
  expect(lines[0]).toBe('Migrating the database: 0001_projects.sql')
})

test('what has been applied is not applied again', async () => {
  const database = await emptyDatabase()
  await migrate(database, quiet, folderOf(FIRST))
  const lines: string[] = []
  await migrate(database, (line) => void lines.push(line), folderOf({ ...FIRST, ...SECOND }))
  expect(lines).toEqual(['Migrating the database: 0002_second.sql'])
  expect(await numbersIn(database)).toEqual([1, 2])
})

test('four processes that migrate at once apply each file once', async () => {
  const database = await emptyDatabase()
  const folder = folderOf({ ...FIRST, ...SECOND })
  await Promise.all([1, 2, 3, 4].map(() => migrate(database, quiet, folder)))
  expect(await numbersIn(database)).toEqual([1, 2])
})

test('a migration that fails leaves nothing of itself, and what came before it stays', async () => {
  const database = await emptyDatabase()
  const broken = folderOf({ ...FIRST, '0002_broken.sql': 'insert into a values (2); select 1 / 0;' })
  expect(migrate(database, quiet, broken)).rejects.toThrow('division by zero')
  await migrate(database, quiet, broken).catch(quiet)
  expect(await numbersIn(database)).toEqual([1])
  const applied = await database.sql`select version from migrations`
  expect(applied.length).toBe(1)
})

test('what a migration did is undone when it cannot be noted as applied', async () => {
  const database = await emptyDatabase()
  const noted = `insert into a values (2); insert into migrations (version, name, sha256) values (2, 'x', 'x');`
  const folder = folderOf({ ...FIRST, '0002_noted.sql': noted })
  expect(migrate(database, quiet, folder)).rejects.toThrow('duplicate key')
  expect(await numbersIn(database)).toEqual([1])
})

test('a database that is newer than the hub is refused and left alone', async () => {
  const database = await emptyDatabase()
  await migrate(database, quiet, folderOf({ ...FIRST, ...SECOND }))
  expect(migrate(database, quiet, folderOf(FIRST))).rejects.toThrow(
    'The database has had 0002_second.sql, which this version of the hub does not know: start the newer version that made it',
  )
  expect(await numbersIn(database)).toEqual([1, 2])
})

test('a file that was changed after it was applied is refused', async () => {
  const database = await emptyDatabase()
  await migrate(database, quiet, folderOf(FIRST))
  const changed = folderOf({ '0001_first.sql': `${FIRST['0001_first.sql']} -- changed`, ...SECOND })
  expect(migrate(database, quiet, changed)).rejects.toThrow(
    'migrations/0001_first.sql is not the 0001_first.sql',
  )
  expect(await numbersIn(database)).toEqual([1])
})

test('a gap in the numbers is an error before anything is applied', async () => {
  const database = await emptyDatabase()
  const gap = folderOf({ ...FIRST, '0003_third.sql': 'select 1' })
  expect(migrate(database, quiet, gap)).rejects.toThrow('0003_third.sql is not number 2')
  const [found] = await database.sql<[{ a: string | null }]>`select to_regclass('a')::text as a`
  expect(found.a).toBeNull()
})
