import type { Writable } from 'node:stream'
import type postgres from 'postgres'
import type { CopyEncoder } from './copy-encoder.ts'

/** A statement under way; `reject` is the driver's own, see below. */
type Pending = { writable(): Promise<Writable>; reject: (cause: unknown) => void }

/**
 * Sends the encoder's rows into a table. Table and columns are the caller's own names, never input.
 * postgres.js 3.4.9 tells a server error during COPY to neither stream nor promise: its query's `reject`
 * is the only way to hear of it, and without it the caller waits for ever.
 */
export async function copyInto(
  sql: postgres.ISql,
  table: string,
  columns: readonly string[],
  rows: CopyEncoder,
): Promise<void> {
  const statement = `copy ${table}(${columns.join(',')}) from stdin (format binary)`
  const query = sql.unsafe(statement) as unknown as Pending
  const stream = await query.writable()
  await new Promise<void>((resolve, reject) => {
    query.reject = reject
    stream.on('error', reject)
    stream.on('finish', resolve)
    stream.end(rows.finish())
  })
}
