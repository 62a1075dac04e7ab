import { announce } from '#shared/store/announce.ts'
import type { Transaction } from '#shared/store/connect.ts'

type Reason = 'gone' | 'failing' | 'by_hand'

/** Nothing more is tried: what waits becomes a dead letter, which can be redelivered once it is enabled again. */
export async function stopSending(
  sql: Transaction,
  subscription_id: string,
  reason: Reason,
  at: Date,
): Promise<{ project_no: number | null; url_shown: string } | null> {
  const [row] = await sql<{ project_no: number | null; url_shown: string }[]>`
    update subscriptions set disabled_at = ${at}, disabled_reason = ${reason}, updated_at = ${at}
    where subscription_id = ${subscription_id} and disabled_at is null returning project_no, url_shown`
  await sql`
    update deliveries set state = 'dead', finished_at = ${at}
    where subscription_id = ${subscription_id} and state = 'pending'`
  return row ?? null
}

/** Disables a subscription on the hub's own account, and tells the others of the project. */
export async function disable(
  sql: Transaction,
  subscription_id: string,
  reason: 'gone' | 'failing',
  at: Date,
): Promise<void> {
  const row = await stopSending(sql, subscription_id, reason, at)
  if (!row || row.project_no === null) return
  const { project_no, url_shown: url } = row
  await announce(
    sql,
    [{ project_no, event: 'subscription.disabled', payload: { subscription_id, url, reason } }],
    at,
  )
}
