import type postgres from 'postgres'

/** An event as it lies in the outbox. */
export type OutboxRow = {
  outbox_id: string
  created_at: Date
  project_no: number
  event: string
  payload: Record<string, unknown>
}

/**
 * Takes events out of the outbox, oldest first: they are gone once the caller's transaction commits, and back when it does
 * not. Processes that take at the same time get different ones.
 */
export async function takeOutbox(sql: postgres.ISql, most: number): Promise<OutboxRow[]> {
  const rows = await sql<OutboxRow[]>`
    delete from outbox where outbox_id in (
      select outbox_id from outbox order by outbox_id limit ${most} for update skip locked)
    returning outbox_id, created_at, project_no, event, payload`
  return rows.toSorted((a, b) => Number(BigInt(a.outbox_id) - BigInt(b.outbox_id)))
}
