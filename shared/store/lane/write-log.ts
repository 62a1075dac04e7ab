import type postgres from 'postgres'
import { copyInto } from '../copy.ts'
import { ENCODINGS } from '../log-codes.ts'
import { queueForSearch } from '../queue-for-search.ts'
import type { Entry } from './group.ts'
import { encoderOf, type Encoders } from './write-spans.ts'

const COLUMNS = [
  ...['log_id', 'received_at', 'project_no', 'raw_bytes', 'received', 'stored', 'duplicate', 'rejected'],
  ...['protocol', 'encoding', 'body'],
]

/** One row a request: its body as it came, unless nothing in it is new, and what became of its items. */
export async function writeLog(
  sql: postgres.ISql,
  encoders: Encoders,
  entries: Entry[],
  now: number,
): Promise<void> {
  const rows = encoderOf(encoders, 'log')
  rows.reset()
  for (const { job, log_id, outcome, keep_body } of entries) {
    rows.row(COLUMNS.length)
    rows.uuid(log_id)
    rows.time(now)
    rows.integer(job.project_no)
    rows.integer(job.raw_bytes)
    rows.integer(job.batch.received)
    rows.integer(outcome.accepted)
    rows.integer(outcome.duplicates)
    rows.integer(outcome.rejected.length)
    rows.smallint(job.protocol.code)
    rows.smallint(ENCODINGS.indexOf(job.encoding))
    rows.bytes(keep_body ? job.body : null)
  }
  await copyInto(sql, 'log', COLUMNS, rows)
  await queueForSearch(
    sql,
    entries.filter(({ keep_body }) => keep_body).map(({ log_id, job }) => ({ ...job, log_id })),
  )
}
