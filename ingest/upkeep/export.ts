import { createReadStream, existsSync } from 'node:fs'
import { open, truncate, type FileHandle } from 'node:fs/promises'
import { isUuid } from '#shared/ids.ts'
import { protocolOf } from '#shared/protocol/index.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Sql } from '#shared/store/connect.ts'
import { firstLogIdAt } from '#shared/store/log-id.ts'
import { bytesOf, type StoredBody } from '#shared/store/read-documents.ts'
import { projectsOf } from './walk-traces.ts'

/** What is younger may still be followed by something older: processes commit in another order than they count. */
const SETTLED_MS = 60_000
const PAGE = 200
const PAGE_BYTES = 16 * 1024 * 1024
const NEWLINE = 10
const FIRST = '00000000-0000-0000-0000-000000000000'

export type Exported = { bodies: number; went_on: boolean }
type Hear = (done: number, all: number) => void
type Place = { after: string; bytes: number }
type Row = StoredBody & { project_id: string; received_at: Date }

/** Where a file that was written before ends: after its last whole line. */
async function placeIn(file: string): Promise<Place> {
  const place: Place = { after: FIRST, bytes: 0 }
  if (!existsSync(file)) return place
  let held = Buffer.alloc(0)
  let last = ''
  for await (const more of createReadStream(file)) {
    held = Buffer.concat([held, Buffer.from(more)])
    for (let end = held.indexOf(NEWLINE); end !== -1; end = held.indexOf(NEWLINE)) {
      last = held.toString('utf8', 0, Math.min(end, 64))
      place.bytes += end + 1
      held = held.subarray(end + 1)
    }
  }
  if (last !== '') place.after = /^\{"log_id":"([\da-f-]{36})"/.exec(last)?.[1] ?? ''
  if (!isUuid(place.after) && place.after !== FIRST) throw new NoExport(`${file} is no export of the hub`)
  return place
}

/** The file is not one that can be gone on with. */
export class NoExport extends Error {
  override readonly name = 'NoExport'
}

/** A request as one line: JSON byte for byte as it was sent, but for line ends between its members; else base64. */
function lineOf(row: Row): string {
  const protocol = protocolOf(row.protocol)?.name ?? String(row.protocol)
  const bytes = Buffer.from(bytesOf(row))
  const is_json = bytes[0] === 0x7b || bytes[0] === 0x5b
  const body = is_json
    ? `"document":${bytes.toString('utf8').replace(/[\r\n]+/g, ' ')}`
    : `"base64":"${bytes.toString('base64')}"`
  const { log_id, project_id, received_at } = row
  return `{"log_id":"${log_id}","project_id":"${project_id}","received_at":"${received_at.toISOString()}","protocol":"${protocol}",${body}}\n`
}

const readPage = (sql: Sql, after: string, until: string, project_no: number | null) => sql<Row[]>`
  with page as (
    select project_no, log_id, sum(raw_bytes) over (order by log_id) - raw_bytes as before from log
    where (${project_no}::int is null or project_no = ${project_no}) and log_id > ${after} and log_id < ${until}
      and body is not null
    order by log_id limit ${PAGE}
  )
  select l.log_id, l.protocol, l.encoding, l.body, l.received_at, p.project_id
  from page join log l using (project_no, log_id) join projects p using (project_no)
  where page.before < ${PAGE_BYTES} order by l.log_id`

async function count(sql: Sql, after: string, until: string, project_no: number | null): Promise<number> {
  const [row] = await sql<{ all: number }[]>`
    select count(*)::int as all from log
    where (${project_no}::int is null or project_no = ${project_no}) and log_id > ${after} and log_id < ${until}
      and body is not null`
  return row?.all ?? 0
}

type Walk = {
  sql: Sql
  handle: FileHandle
  after: string
  until: string
  project_no: number | null
  hear: Hear
}

async function append({ sql, handle, until, project_no, hear, ...walk }: Walk): Promise<number> {
  const all = await count(sql, walk.after, until, project_no)
  let [after, bodies] = [walk.after, 0]
  for (;;) {
    const rows = await readPage(sql, after, until, project_no)
    const last = rows.at(-1)
    if (!last) break
    await handle.appendFile(rows.map(lineOf).join(''))
    after = last.log_id
    bodies += rows.length
    hear(bodies, Math.max(all, bodies))
  }
  await handle.sync()
  return bodies
}

/**
 * Appends to a file, one line each, what was received since its last line: every request as it was sent. Run again, or
 * cut off and run again, it goes on there, so a timer that runs it keeps what retention deletes later.
 */
export async function exportLog(
  deps: Deps,
  { to, project_id }: { to: string; project_id?: string },
  hear: Hear,
): Promise<Exported> {
  const { database, clock } = deps
  const sql = database.dedicated('export')
  try {
    const [only = null] = project_id === undefined ? [] : await projectsOf(sql, { project_id })
    const { after, bytes } = await placeIn(to)
    if (bytes > 0 || existsSync(to)) await truncate(to, bytes)
    const handle = await open(to, 'a', 0o600)
    const until = firstLogIdAt(clock() - SETTLED_MS)
    const walk = { sql, handle, after, until, project_no: only, hear }
    const bodies = await append(walk)
    await handle.close()
    const subject = project_id ?? 'all projects'
    const deed = { at: new Date(clock()), actor: 'operator', project_no: only } as const
    await writeAudit(sql, { ...deed, action: 'record.exported', subject, detail: { bodies } })
    return { bodies, went_on: bytes > 0 }
  } finally {
    await sql.end({ timeout: 1 })
  }
}
