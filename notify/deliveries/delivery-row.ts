import type { Attempt, Delivery } from '#shared/contract/subscriptions.ts'
import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import type { Sql, Transaction } from '#shared/store/connect.ts'

export type AttemptRow = {
  attempt: number
  started_at: Date
  latency_ms: number
  status: number | null
  error: string | null
}

/** A delivery with its last attempt; these members are null while there is none. */
export type DeliveryRow = {
  delivery_id: string
  subscription_id: string
  event: string
  state: Delivery['state']
  attempts: number
  occurred_at: Date
  due_at: Date
  finished_at: Date | null
} & { [name in keyof AttemptRow]: AttemptRow[name] | null }

/** From which every question about deliveries starts: the rows of one project, each with its last attempt. */
export const deliveriesOf = (sql: Sql | Transaction, project_no: number) => sql`
  select d.delivery_id, d.subscription_id, d.event, d.state, d.attempts, d.occurred_at, d.due_at, d.finished_at, a.*
  from deliveries d left join lateral (
    select attempt, started_at, latency_ms, status, error from delivery_attempts
    where delivery_id = d.delivery_id order by attempt desc limit 1) a on true
  where d.project_no = ${project_no}`

export const showAttempt = ({ attempt, started_at, latency_ms, status, error }: AttemptRow): Attempt => ({
  attempt,
  started_at: started_at.toISOString(),
  latency_ms,
  status,
  error,
})

function lastOf({ attempt, started_at, latency_ms, status, error }: DeliveryRow): Attempt | null {
  if (attempt === null || started_at === null || latency_ms === null) return null
  return showAttempt({ attempt, started_at, latency_ms, status, error })
}

/** When a row was made: its id is a UUIDv7, which begins with it. */
const madeAt = (id: string) => new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16))

export const showDelivery = (row: DeliveryRow): Delivery => ({
  id: row.delivery_id,
  subscription_id: row.subscription_id,
  event: row.event,
  state: row.state,
  attempts: row.attempts,
  occurred_at: row.occurred_at.toISOString(),
  created_at: madeAt(row.delivery_id).toISOString(),
  due_at: row.state === 'pending' ? row.due_at.toISOString() : null,
  finished_at: row.finished_at?.toISOString() ?? null,
  last: lastOf(row),
})

/** One delivery of the project; another project's is not there. */
export async function findDelivery(
  sql: Sql | Transaction,
  project_no: number,
  delivery_id: string,
): Promise<DeliveryRow> {
  const [row] = isUuid(delivery_id)
    ? await sql<DeliveryRow[]>`${deliveriesOf(sql, project_no)} and d.delivery_id = ${delivery_id}`
    : []
  if (!row) throw new HubError('delivery_not_found')
  return row
}
