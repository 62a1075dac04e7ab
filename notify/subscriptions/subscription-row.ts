import type { Subscription } from '#shared/contract/subscriptions.ts'
import { HubError } from '#shared/errors.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { isUuid } from '#shared/ids.ts'
import type { Sql, Transaction } from '#shared/store/connect.ts'

/** A subscription as it may be shown: neither its URL as a whole nor a secret. */
export type SubscriptionRow = {
  subscription_id: string
  project_no: number | null
  created_at: Date
  created_by: string
  description: string
  /** These three hold what the contract let through. */
  format: Subscription['format']
  events: string[]
  min_severity: Subscription['min_severity']
  url_shown: string
  old_secret_until: Date | null
  failing_since: Date | null
  disabled_at: Date | null
  disabled_reason: string | null
  waiting: number
  dead: number
}

const MOST_COUNTED = 10_000

/** What a project sees of its subscriptions, and of the one of WEBHOOK_URL; of the latter's deliveries only its own. */
export const readRows = (sql: Sql | Transaction, project_no: number, subscription_id: string | null) =>
  sql<SubscriptionRow[]>`
    select subscription_id, project_no, created_at, created_by, description, format, events, min_severity, url_shown,
      old_secret_until, failing_since, disabled_at, disabled_reason,
      (select count(*)::int from (select 1 from deliveries d where d.subscription_id = s.subscription_id
        and d.project_no = ${project_no} and state = 'pending' limit ${MOST_COUNTED}) x) waiting,
      (select count(*)::int from (select 1 from deliveries d where d.subscription_id = s.subscription_id
        and d.project_no = ${project_no} and state = 'dead' limit ${MOST_COUNTED}) x) dead
    from subscriptions s
    where (project_no = ${project_no} or project_no is null)
      and (${subscription_id}::uuid is null or subscription_id = ${subscription_id}::uuid)
    order by created_at desc, subscription_id desc`

const written = (time: Date | null) => time?.toISOString() ?? null

export const show = (row: SubscriptionRow, { project_id }: ProjectRef, now: number): Subscription => ({
  id: row.subscription_id,
  project_id: row.project_no === null ? null : project_id,
  url: row.url_shown,
  description: row.description,
  format: row.format,
  events: row.events,
  min_severity: row.min_severity,
  enabled: row.disabled_at === null,
  disabled_at: written(row.disabled_at),
  disabled_reason: row.disabled_reason,
  failing_since: written(row.failing_since),
  old_secret_until: written(
    row.old_secret_until && row.old_secret_until.getTime() > now ? row.old_secret_until : null,
  ),
  from_environment: row.project_no === null,
  waiting: row.waiting,
  dead: row.dead,
  created_at: row.created_at.toISOString(),
  created_by: row.created_by,
})

/** One subscription that the project sees; another project's is not there. */
export async function findRow(
  sql: Sql | Transaction,
  project_no: number,
  subscription_id: string,
): Promise<SubscriptionRow> {
  const [row] = isUuid(subscription_id) ? await readRows(sql, project_no, subscription_id) : []
  if (!row) throw new HubError('subscription_not_found')
  return row
}

/** Locks a subscription that is the project's own; the one of WEBHOOK_URL belongs to the environment. */
export async function lockOwn(sql: Transaction, project_no: number, subscription_id: string): Promise<void> {
  const row = await findRow(sql, project_no, subscription_id)
  if (row.project_no === null) throw new HubError('subscription_fixed')
  await sql`
    select 1 from subscriptions where project_no = ${project_no} and subscription_id = ${subscription_id} for update`
}
