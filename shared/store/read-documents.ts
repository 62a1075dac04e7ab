import type postgres from 'postgres'
import { parseStored } from '../http/parse-json.ts'
import { inflateBody } from '../http/read-body.ts'
import { protocolOf } from '../protocol/index.ts'
import type { Protocol } from '../protocol/saying.ts'
import { ENCODINGS } from './log-codes.ts'

/** One stored body, decoded. It is shared with other readers: never change it. */
export type Document = { protocol: Protocol; document: unknown }

type Visit = (log_id: string, found: Document) => void

/** Reads bodies back from the log; the last ones stay decoded. A body erased or never kept is absent. */
export type DocumentReader = {
  load(sql: postgres.ISql, log_ids: string[]): Promise<Map<string, Document>>
  /**
   * Shows one document at a time, in no order, and lets go of it. Takes them as listed until their
   * inflated bytes pass `budget_bytes` (the first one always), and gives back the ids left out.
   */
  each(sql: postgres.ISql, log_ids: string[], visit: Visit, budget_bytes?: number): Promise<string[]>
}

type Head = { log_id: string; revision: number; raw_bytes: number }
/** A body as the log holds it. */
export type StoredBody = { log_id: string; protocol: number; encoding: number; body: Uint8Array | null }

/** The same as it is fetched: in base64, which travels and is read in half the time that bytes take. */
export type FetchedBody = Omit<StoredBody, 'body'> & { body: string | null }

type Row = Head & FetchedBody
type Kept = { revision: number; bytes: number; found: Document }

const CHUNK_BYTES = 16 * 1024 * 1024

/** A fetched body with its bytes. */
export const storedBody = (fetched: FetchedBody): StoredBody => ({
  ...fetched,
  body: fetched.body === null ? null : Buffer.from(fetched.body, 'base64'),
})

/** A stored body inflated; throws when the row names an encoding that there is not. */
export function bytesOf({ log_id, encoding, body }: StoredBody): Uint8Array {
  const name = ENCODINGS[encoding]
  if (!name || !body) throw new Error(`log row ${log_id} has no body of a known encoding`)
  return inflateBody(body, name)
}

/** A body that is there and cannot be decoded; the cause may quote what it read. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody'
}

/** A stored body decoded; throws an UnreadableBody when that cannot be done. `find` knows the protocols. */
export function decode(row: StoredBody, find: typeof protocolOf = protocolOf): Document {
  try {
    const protocol = find(row.protocol)
    if (protocol) return { protocol, document: (protocol.parse ?? parseStored)(bytesOf(row)) }
  } catch (cause) {
    throw new UnreadableBody(`log row ${row.log_id} cannot be decoded`, { cause })
  }
  throw new UnreadableBody(`log row ${row.log_id} has an unknown protocol`)
}

/** Bodies that are fetched together: as many as fit into the chunk, at least one. */
function* chunks(heads: Head[]) {
  let chunk: string[] = []
  let bytes = 0
  for (const { log_id, raw_bytes } of heads) {
    if (chunk.length && bytes + raw_bytes > CHUNK_BYTES) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(log_id)
    bytes += raw_bytes
  }
  if (chunk.length) yield chunk
}

/** A cache by inflated bytes that drops what was used longest ago. */
function documentCache(capacity_bytes: number) {
  const kept = new Map<string, Kept>()
  let held = 0
  const drop = (log_id: string) => {
    held -= kept.get(log_id)?.bytes ?? 0
    kept.delete(log_id)
  }
  return {
    has: (log_id: string) => kept.has(log_id),
    get({ log_id, revision }: Head): Document | undefined {
      const entry = kept.get(log_id)
      if (!entry) return undefined
      drop(log_id)
      if (entry.revision !== revision) return undefined
      kept.set(log_id, entry)
      held += entry.bytes
      return entry.found
    },
    put({ log_id, revision, raw_bytes: bytes }: Head, found: Document) {
      drop(log_id)
      kept.set(log_id, { revision, bytes, found })
      held += bytes
      for (const oldest of kept.keys()) {
        if (held <= capacity_bytes) break
        drop(oldest)
      }
    },
  }
}

/** A reader with a cache of its own; an erasure raises the revision, so no stale body is ever read. */
export function documentReader(capacity_bytes: number, find: typeof protocolOf = protocolOf): DocumentReader {
  const cache = documentCache(capacity_bytes)

  /** What is there of these bodies, in the order of the ids; with those that may be new, as many as fit into a chunk. */
  async function look(sql: postgres.ISql, log_ids: string[], most_bytes: number): Promise<Row[]> {
    if (log_ids.length === 0) return []
    const known = log_ids.filter((log_id) => cache.has(log_id))
    const rows = await sql<Row[]>`
      select log_id, revision, raw_bytes, protocol, encoding,
        case when log_id <> all(${known}::uuid[])
          and sum(raw_bytes) over (order by log_id) - raw_bytes < ${most_bytes} then encode(body, 'base64') end body
      from log where log_id = any(${log_ids}::uuid[]) and body is not null`
    const byId = new Map(rows.map((row) => [row.log_id, row]))
    return log_ids.flatMap((log_id) => byId.get(log_id) ?? [])
  }

  async function each(sql: postgres.ISql, log_ids: string[], visit: Visit, budget_bytes = Infinity) {
    const heads = await look(sql, [...new Set(log_ids)], Math.min(CHUNK_BYTES, budget_bytes))
    let bytes = 0
    const past = heads.findIndex(({ raw_bytes }, index) => (bytes += raw_bytes) > budget_bytes && index > 0)
    const taken = past === -1 ? heads : heads.slice(0, past)
    const open = (row: Row) => {
      const found = decode(storedBody(row), find)
      cache.put(row, found)
      visit(row.log_id, found)
    }
    const missing = taken.filter((head) => {
      const found = cache.get(head)
      if (found) visit(head.log_id, found)
      else if (head.body !== null) open(head)
      return !found && head.body === null
    })
    for (const chunk of chunks(missing)) {
      const rows = await sql<Row[]>`
        select log_id, revision, raw_bytes, protocol, encoding, encode(body, 'base64') body from log
        where log_id = any(${chunk}::uuid[])`
      for (const row of rows) if (row.body !== null) open(row)
    }
    return heads.slice(taken.length).map(({ log_id }) => log_id)
  }

  return {
    each,
    async load(sql, log_ids) {
      const documents = new Map<string, Document>()
      await each(sql, log_ids, (log_id, found) => documents.set(log_id, found))
      return documents
    },
  }
}
