import { createReadStream } from 'node:fs'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'
import type { Static, TSchema } from '@sinclair/typebox'
import type postgres from 'postgres'
import { checkOf } from '../../schema/check.ts'
import { attachDay } from '../attach-day.ts'
import type { Database } from '../connect.ts'
import { deadline } from '../deadline.ts'
import { BadArchive, readFrames, type Frame } from './frames.ts'
import { End, Header, secretMark, TableEnd, TableHead } from './header.ts'
import { listTables, quoted, requireRights, type Table } from './tables.ts'

const DAY_MS = 86_400_000
const END_MS = 5000
/** With a row in one of these a database is somebody's. */
const TELLING = ['projects', 'people', 'log', 'audit']

export type Restored = { tables: number; rows: number; at: string; hub: string; same_secret: boolean }
type Hear = (done: number, all: number) => void
type Frames = AsyncIterator<Frame, undefined>

const nextOf = async (frames: Frames): Promise<Frame | undefined> => (await frames.next()).value

function readJson<S extends TSchema>(schema: S, found: Frame | undefined): Static<S> {
  let value: unknown
  try {
    value = JSON.parse(found?.bytes.toString('utf8') ?? '')
  } catch {
    throw new BadArchive('This is no backup of the hub')
  }
  const check = checkOf(schema)
  if (!check.Check(value)) throw new BadArchive('This backup is of another format')
  return value
}

async function* framesOf(file: string): AsyncGenerator<Frame, undefined> {
  const from_file = createReadStream(file)
  const plain = createZstdDecompress()
  from_file.on('error', (cause) => plain.destroy(cause))
  try {
    return yield* readFrames(from_file.pipe(plain))
  } catch (cause) {
    if (cause instanceof BadArchive) throw cause
    throw new BadArchive(
      `The backup cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
  }
}

/** The archive must be of this very schema: tables and their columns are taken as they are. */
async function requireSchema(sql: postgres.ISql, header: Header): Promise<void> {
  const here = await sql<Header['migrations']>`select version, name, sha256 from migrations order by version`
  if (Bun.deepEquals([...here], header.migrations)) return
  throw new BadArchive(
    `The backup is of release ${header.hub} with ${header.migrations.at(-1)?.name ?? 'no migration'}: restore it with that release, then upgrade`,
  )
}

async function requireEmpty(sql: postgres.ISql): Promise<void> {
  for (const table of TELLING) {
    const [row] = await sql.unsafe(`select 1 from ${quoted(table)} limit 1`)
    if (row) throw new BadArchive(`There is something in ${table}: a backup goes into an empty database only`)
  }
}

/** postgres.js tells an error of the server during COPY to its query's `reject` alone, see copyInto. */
type Pending = { writable(): Promise<Writable>; reject: (cause: unknown) => void }

/** Feeds the rows of one table and ends it; gives how many the archive says that there were. */
async function feed(stream: Writable, frames: Frames, failed: Promise<never>): Promise<number> {
  for (;;) {
    const one = await nextOf(frames)
    if (one?.kind === 'D') {
      if (!stream.write(Buffer.from(one.bytes))) await Promise.race([once(stream, 'drain'), failed])
      continue
    }
    const { rows } = readJson(TableEnd, one)
    const finished = once(stream, 'finish')
    stream.end()
    await Promise.race([finished, failed])
    return rows
  }
}

/** Copies one table in. What breaks in the middle ends the COPY first: during one the server takes no rollback. */
async function copyIn(sql: postgres.ISql, { name, columns }: Table, frames: Frames): Promise<number> {
  const text = `copy ${quoted(name)} (${columns.map(quoted).join(', ')}) from stdin`
  const query = sql.unsafe(text) as unknown as Pending
  const stream = await query.writable()
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  query.reject = failed.reject
  stream.on('error', () => {})
  try {
    return await feed(stream, frames, failed.promise)
  } catch (cause) {
    stream.destroy(new Error('cut off'))
    await deadline(failed.promise, END_MS).catch(() => {})
    throw cause
  }
}

async function restoreAll(sql: postgres.ISql, frames: Frames, secret: string, hear: Hear) {
  const header = readJson(Header, await nextOf(frames))
  await requireSchema(sql, header)
  const tables = await listTables(sql)
  await sql.unsafe(`truncate ${tables.map(({ name }) => quoted(name)).join(', ')}`)
  for (const day of header.days)
    await attachDay(sql, day, new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10))
  const done: Restored = {
    ...{ tables: 0, rows: 0, at: header.at, hub: header.hub },
    same_secret: secretMark(secret) === header.secret,
  }
  for (;;) {
    const one = await nextOf(frames)
    if (one?.kind === 'Z') return { done, end: readJson(End, one) }
    const table = readJson(TableHead, one)
    done.rows += await copyIn(sql, table, frames)
    hear(++done.tables, tables.length)
  }
}

/** Whether each table has as many rows as the archive says that it had. */
async function recount(sql: postgres.ISql, rows: number): Promise<void> {
  let there = 0
  for (const { name } of await listTables(sql)) {
    const [row] = await sql.unsafe<[{ count: number }]>(
      `select count(*)::float8 as count from ${quoted(name)}`,
    )
    there += row.count
  }
  if (there !== rows) throw new BadArchive(`The backup has ${rows} rows and ${there} came in`)
}

/** Restores a backup into an empty, migrated database, all of it in one transaction, or nothing. */
export async function restoreBackup(
  database: Database,
  file: string,
  {
    secret,
    hear,
    note,
  }: { secret: string; hear: Hear; note: (sql: postgres.TransactionSql) => Promise<void> },
): Promise<Restored> {
  const own = database.dedicated('restore')
  try {
    await own.unsafe('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0').simple()
    const done = await own.begin(async (sql) => {
      await requireRights(sql, await listTables(sql), 'restore')
      await requireEmpty(sql)
      const restored = await restoreAll(sql, framesOf(file), secret, hear)
      await recount(sql, restored.end.rows)
      for (const { table, column, value } of restored.end.sequences) {
        if (value !== null)
          await sql`select setval(pg_get_serial_sequence(${table}, ${column}), ${value}::bigint)`
      }
      await note(sql)
      return restored.done
    })
    await own.unsafe('analyze')
    return done
  } finally {
    await own.end({ timeout: 1 })
  }
}
