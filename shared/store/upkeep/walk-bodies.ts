import type postgres from 'postgres'
import type { protocolOf } from '../../protocol/index.ts'
import {
  decode,
  storedBody,
  UnreadableBody,
  type Document,
  type FetchedBody,
  type StoredBody,
} from '../read-documents.ts'

type Head = { log_id: string; raw_bytes: number }

/** A body of the log: decoded, or null when it cannot be. */
export type Body = { log_id: string; found: Document | null }

const CHUNK_BYTES = 16 * 1024 * 1024

function open(row: StoredBody, find: typeof protocolOf): Body {
  try {
    return { log_id: row.log_id, found: decode(row, find) }
  } catch (cause) {
    if (!(cause instanceof UnreadableBody)) throw cause
    return { log_id: row.log_id, found: null }
  }
}

/** Some bodies one after the other, fetched in chunks of 16 MB and let go; those that are not there are left out. */
export async function* walkBodies(
  sql: postgres.ISql,
  log_ids: string[],
  find: typeof protocolOf,
): AsyncGenerator<Body> {
  const heads = await sql<Head[]>`
    select log_id, raw_bytes from log where log_id = any(${log_ids}::uuid[]) and body is not null order by log_id`
  let chunk: string[] = []
  let bytes = 0
  for (const [index, { log_id, raw_bytes }] of heads.entries()) {
    chunk.push(log_id)
    bytes += raw_bytes
    if (index < heads.length - 1 && bytes < CHUNK_BYTES) continue
    const rows = await sql<FetchedBody[]>`
      select log_id, protocol, encoding, encode(body, 'base64') body from log
      where log_id = any(${chunk}::uuid[]) order by log_id`
    for (const row of rows) if (row.body !== null) yield open(storedBody(row), find)
    chunk = []
    bytes = 0
  }
}
