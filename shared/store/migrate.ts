import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../start-error.ts'
import type { Database, Sql, Transaction } from './connect.ts'
import { LOCKS } from './locks.ts'

type Migration = { version: number; name: string; sha256: string; text: string }
type Applied = { version: number; name: string; sha256: string }

const FOLDER = join(import.meta.dir, '../../migrations')
const PATIENCE_MS = 30_000
const PAUSE_MS = 250
const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
  return names.map((name, index) => {
    const version = Number(NAME.exec(name)?.[1])
    if (version !== index + 1) throw new Error(`migrations/${name} is not number ${index + 1} by its name`)
    const text = readFileSync(join(folder, name), 'utf8')
    return { version, name, text, sha256: createHash('sha256').update(text).digest('hex') }
  })
}

function compare(known: Migration[], applied: Applied[]) {
  for (const { version, name, sha256 } of applied) {
    const migration = known.find((one) => one.version === version)
    if (!migration) {
      throw new StartError(
        `The database has had ${name}, which this version of the hub does not know: start the newer version that made it`,
      )
    }
    if (migration.sha256 !== sha256) {
      throw new StartError(
        `migrations/${migration.name} is not the ${name} that the database has had: restore that file, changes go into a new one`,
      )
    }
  }
}

const isRefused = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === '42501' || cause.code === '3F000')

/** Whether the schema is the newest already, which a role that may not change it can see too. */
async function isNewest(sql: Sql, known: Migration[]): Promise<boolean> {
  const [list] = await sql<[{ readable: boolean | null }]>`
    select has_table_privilege(to_regclass('migrations'), 'select') as readable`
  if (list.readable !== true) return false
  const applied = await sql<Applied[]>`select version, name, sha256 from migrations order by version`
  compare(known, applied)
  return applied.length === known.length
}

async function run(sql: Sql, known: Migration[], say: (line: string) => void) {
  await sql`
    create table if not exists migrations (
      version    integer primary key,
      name       text not null,
      sha256     text not null,
      applied_at timestamptz not null default now()
    )`
  const applied = await sql<Applied[]>`select version, name, sha256 from migrations order by version`
  compare(known, applied)
  for (const { version, name, sha256, text } of known.slice(applied.length)) {
    say(`Migrating the database: ${name}`)
    await sql.begin(async (tx: Transaction) => {
      await tx.unsafe(text)
      await tx`insert into migrations (version, name, sha256) values (${version}, ${name}, ${sha256})`
    })
  }
}

/** A role that may not change the schema waits for the process that does. */
async function wait(sql: Sql, known: Migration[], say: (line: string) => void) {
  say('Waiting for the database to be migrated by its owner')
  for (const late = Date.now() + PATIENCE_MS; Date.now() < late; await Bun.sleep(PAUSE_MS)) {
    if (await isNewest(sql, known)) return
  }
  throw new StartError(
    'The database is not migrated and this role may not do it: run `npm run hub -- roles` with the DATABASE_URL of its owner',
  )
}

/**
 * Brings the database to the newest schema, forward only; several processes may do so at once. A role that may not do
 * so waits until it is done.
 */
export async function migrate(
  database: Database,
  say: (line: string) => void = () => {},
  folder = FOLDER,
): Promise<void> {
  const known = readMigrations(folder)
  const sql = database.dedicated('migrate')
  try {
    if (await isNewest(sql, known)) return
    await sql`select pg_advisory_lock(${LOCKS.migrate})`
    try {
      await run(sql, known, say)
    } catch (cause) {
      if (!isRefused(cause)) throw cause
      await sql`select pg_advisory_unlock(${LOCKS.migrate})`
      await wait(sql, known, say)
    }
  } finally {
    await sql.end({ timeout: 1 })
  }
}
