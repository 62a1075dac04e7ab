import { protocolOf } from '../../protocol/index.ts'
import type { Protocol } from '../../protocol/saying.ts'
import type { Sql, Transaction } from '../connect.ts'
import { dayOf } from '../../time.ts'
import { ENCODINGS } from '../log-codes.ts'
import { timeOfLogId } from '../log-id.ts'
import { queueForSearch } from '../queue-for-search.ts'
import { bytesOf, decode, type Document, type StoredBody } from '../read-documents.ts'
import { walkBodies, type Body } from './walk-bodies.ts'

/** The traces whose words go, and the log rows that hold evaluations of them which may not name their trace. */
export type Erasing = { project_no: number; trace_keys: Set<string>; eval_logs: Set<string> }

/** Where a page ended, and what of its bodies: how many were read or unreadable, and the days of the rewritten ones. */
export type Scanned = { scanned: string; read: number; unreadable: number; days: string[] }

const PAGE = 500
const ZSTD = ENCODINGS.indexOf('zstd')

/** What goes of a document: nothing, all of it, or these entries. */
type Going = 'nothing' | 'all' | Set<number>

/**
 * A document belongs to the trace of its envelope. Where it has none, entries that nobody can be named for (they were
 * refused) go with the first one that does: they may speak of the same trace.
 */
function goingOf({ protocol, document }: Document, goes: (trace_key: string) => boolean): Going {
  const { envelope, entries } = protocol.names(document)
  if (envelope !== null && goes(envelope)) return 'all'
  const going = new Set<number>()
  entries.forEach((key, ordinal) => key !== null && goes(key) && going.add(ordinal))
  if (going.size === 0) return 'nothing'
  if (envelope !== null) return going
  entries.forEach((key, ordinal) => key === null && going.add(ordinal))
  return going.size === entries.length ? 'all' : going
}

/** Whether something of these traces stands in a body; null when it cannot be read. */
function concerns({ log_id, found }: Body, { trace_keys, eval_logs }: Erasing): boolean | null {
  if (!found) return null
  try {
    return eval_logs.has(log_id) || goingOf(found, (key) => trace_keys.has(key)) !== 'nothing'
  } catch {
    // A document that the door of today would refuse whole.
    return null
  }
}

/** Of these traces those whose rows refer to this log row: they came anew, after the erasure. */
async function findLiving(sql: Transaction, { project_no, trace_keys }: Erasing, log_id: string) {
  const packed = Buffer.from(log_id.replaceAll('-', ''), 'hex')
  const rows = await sql<{ trace_key: string }[]>`
    select t.trace_key from traces t
    where t.project_no = ${project_no} and t.trace_key = any(${[...trace_keys]}::text[]) and (
      position(${packed}::bytea in t.sources) > 0
      or exists (select from spans s
        where s.project_no = ${project_no} and s.trace_no = t.trace_no and s.trace_day = t.trace_day
          and position(${packed}::bytea in s.sources) > 0)
      or exists (select from span_events e
        where e.project_no = ${project_no} and e.trace_no = t.trace_no and e.trace_day = t.trace_day
          and e.log_id = ${log_id})
      or exists (select from evals v
        where v.project_no = ${project_no} and v.trace_no = t.trace_no and v.log_id = ${log_id}))`
  return new Set(rows.map(({ trace_key }) => trace_key))
}

/** An evaluation of a span alone: whose it is, its row knew. */
function namesNobody({ protocol, document }: Document): boolean {
  const { envelope, entries } = protocol.names(document)
  return envelope === null && entries.length === 0
}

const namesIn = ({ protocol, document }: Document): string[] => {
  const { envelope, entries } = protocol.names(document)
  return [envelope, ...entries].filter((key) => key !== null)
}

const encode = (protocol: Protocol, body: Uint8Array, ordinals: Set<number>) =>
  Bun.zstdCompressSync(protocol.cut(body, ordinals), { level: 3 })

/** Rewrites one body without what goes; false when nothing does any more. */
async function rewrite(sql: Transaction, erasing: Erasing, log_id: string): Promise<boolean> {
  const [row] = await sql<StoredBody[]>`
    select log_id, protocol, encoding, body from log
    where project_no = ${erasing.project_no} and log_id = ${log_id} and body is not null for update`
  if (!row) return false
  const found = decode(row)
  const named = { ...erasing, trace_keys: new Set(namesIn(found)).intersection(erasing.trace_keys) }
  const living = await findLiving(sql, named, log_id)
  const said = goingOf(found, (key) => named.trace_keys.has(key) && !living.has(key))
  const going = erasing.eval_logs.has(log_id) && namesNobody(found) ? 'all' : said
  if (going === 'nothing') return false
  const body = going === 'all' ? null : encode(found.protocol, bytesOf(row), going)
  await sql`
    update log set body = ${body}, encoding = ${ZSTD}, revision = revision + 1
    where project_no = ${erasing.project_no} and log_id = ${log_id}`
  await queueForSearch(sql, [{ log_id, project_no: erasing.project_no }], true)
  return true
}

/**
 * Erases the words of some traces from a page of a project's bodies: stored ones, repeats and refused ones alike. Their
 * rows must be gone already; a trace that came again since then is told by its rows and left alone. Null after the end.
 */
export async function eraseBodies(
  sql: Sql,
  erasing: Erasing,
  after: string,
  before: string,
): Promise<Scanned | null> {
  const page = await sql<{ log_id: string }[]>`
    select log_id from log
    where project_no = ${erasing.project_no} and log_id > ${after} and log_id < ${before} and body is not null
    order by log_id limit ${PAGE}`
  const log_ids = page.map(({ log_id }) => log_id)
  const scanned = log_ids.at(-1)
  if (scanned === undefined) return null
  const touched: string[] = []
  const result: Scanned = { scanned, read: log_ids.length, unreadable: 0, days: [] }
  for await (const body of walkBodies(sql, log_ids, protocolOf)) {
    const answer = concerns(body, erasing)
    if (answer === null) result.unreadable++
    if (answer) touched.push(body.log_id)
  }
  for (const log_id of touched) {
    const rewritten = await sql.begin(async (tx) => rewrite(tx, erasing, log_id))
    if (rewritten) result.days.push(dayOf(timeOfLogId(log_id)))
  }
  return result
}
