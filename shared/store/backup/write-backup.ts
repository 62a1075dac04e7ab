import { createWriteStream, existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import type postgres from 'postgres'
import { VERSION } from '../../version.ts'
import type { Database } from '../connect.ts'
import { BadArchive, frame, jsonFrame } from './frames.ts'
import { FORMAT, secretMark, type Header } from './header.ts'
import { listDays, listSequences, listTables, quoted, requireRights, type Table } from './tables.ts'

const NEWLINE = 10
const IN_SNAPSHOT = 'isolation level repeatable read read only'

export type Written = { tables: number; rows: number; bytes: number }
type Hear = (done: number, all: number) => void

/** In text each row ends with a newline, and one inside a row is written as two other characters. */
function countRows(bytes: Uint8Array): number {
  let rows = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) rows++
  return rows
}

async function* copyOut(sql: postgres.ISql, { name, columns }: Table): AsyncGenerator<Buffer, number> {
  yield jsonFrame('T', { name, columns })
  const list = columns.map(quoted).join(', ')
  let rows = 0
  const stream = await sql.unsafe(`copy (select ${list} from ${quoted(name)}) to stdout`).readable()
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    rows += countRows(bytes)
    yield frame('D', bytes)
  }
  yield jsonFrame('E', { rows })
  return rows
}

type Job = { sql: postgres.ISql; tables: Table[]; secret: string; now: Date; written: Written; hear: Hear }

async function* archive({ sql, tables, secret, now, written, hear }: Job): AsyncGenerator<Buffer> {
  const [server] = await sql<[{ postgres: string }]>`select version() as postgres`
  const migrations = await sql<Header['migrations']>`
    select version, name, sha256 from migrations order by version`
  const header: Header = {
    ...{ format: FORMAT, hub: VERSION, postgres: server.postgres, at: now.toISOString() },
    ...{ migrations: [...migrations], days: await listDays(sql), secret: secretMark(secret) },
  }
  yield jsonFrame('H', header)
  for (const [at, table] of tables.entries()) {
    hear(at, tables.length)
    written.rows += yield* copyOut(sql, table)
    written.tables++
  }
  yield jsonFrame('Z', { rows: written.rows, sequences: await listSequences(sql) })
  hear(tables.length, tables.length)
}

/** Every table as it was at one moment, streamed; writers go on meanwhile, and no day can be dropped. */
async function writeAll(database: Database, file: string, job: Pick<Job, 'secret' | 'now' | 'hear'>) {
  const own = database.dedicated('backup')
  const written: Written = { tables: 0, rows: 0, bytes: 0 }
  try {
    await own.unsafe('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0').simple()
    const tables = await listTables(own)
    await requireRights(own, tables, 'backup')
    await own.begin(IN_SNAPSHOT, async (sql) => {
      // Before the snapshot is taken: what is dropped between the two would be missing without a word.
      await sql.unsafe(`lock table ${tables.map(({ name }) => quoted(name)).join(', ')} in access share mode`)
      await sql.unsafe('set local row_security = off')
      const zstd = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } })
      const to_file = createWriteStream(file, { mode: 0o600 })
      await pipeline(Readable.from(archive({ ...job, sql, tables, written })), zstd, to_file)
      written.bytes = to_file.bytesWritten
    })
  } finally {
    await own.end({ timeout: 1 })
  }
  return written
}

/** Writes a backup into a new file, which is there as a whole and on disk, or not at all. */
export async function writeBackup(
  database: Database,
  file: string,
  job: Pick<Job, 'secret' | 'now' | 'hear'>,
): Promise<Written> {
  if (existsSync(file)) throw new BadArchive(`${file} is there already`)
  const draft = `${file}.partial`
  try {
    const written = await writeAll(database, draft, job)
    const handle = await open(draft, 'r+')
    await handle.sync()
    await handle.close()
    await rename(draft, file)
    return written
  } catch (cause) {
    await rm(draft, { force: true })
    throw cause
  }
}
