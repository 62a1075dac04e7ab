import type { Sql } from '../connect.ts'
import { firstLogIdOf } from '../log-id.ts'

const BATCH = 500
const OUTBOX_BATCH = 5000

/** A page of a project's bodies that were received before a day loses them; their ledger stays. Null after the end. */
export async function expireBodies(
  sql: Sql,
  project_no: number,
  after: string,
  before_day: string,
): Promise<{ last: string; bodies: number } | null> {
  const page = await sql<{ log_id: string }[]>`
    select log_id from log
    where project_no = ${project_no} and log_id > ${after} and log_id < ${firstLogIdOf(before_day)}
    order by log_id limit ${BATCH}`
  const last = page.at(-1)?.log_id
  if (last === undefined) return null
  const emptied = await sql`
    update log set body = null, revision = revision + 1
    where project_no = ${project_no} and log_id > ${after} and log_id <= ${last} and body is not null`
  return { last, bodies: emptied.count }
}

/**
 * Forgets expired traces that no body received on that day or later can name, nor a decision: whose they were is known
 * from here alone, when all of a user is erased.
 */
export const forgetExpired = async (sql: Sql, project_no: number, before_day: string) => sql`
  delete from expired_traces x
  where x.project_no = ${project_no} and x.last_day < ${before_day}::text::date - 1
    and not exists (select from decisions d where d.project_no = ${project_no} and d.trace_key = x.trace_key)`

/** Deletes what the outside was told of before a time. */
export async function trimOutbox(sql: Sql, before: Date): Promise<number> {
  let deleted = 0
  for (;;) {
    const { count } = await sql`
      delete from outbox where outbox_id in (
        select outbox_id from outbox where created_at < ${before} order by outbox_id limit ${OUTBOX_BATCH})`
    deleted += count
    if (count === 0) return deleted
  }
}
