import type { Input, Output } from '#shared/contract/endpoint.ts'
import type {
  getDelivery as getContract,
  listDeliveries as listContract,
} from '#shared/contract/subscriptions.ts'
import { HubError } from '#shared/errors.ts'
import type { Principal } from '#shared/http/auth.ts'
import { isUuid } from '#shared/ids.ts'
import type { NotifyDeps } from '../deps.ts'
import { projectOf } from '../project-of.ts'
import { findRow } from '../subscriptions/subscription-row.ts'
import { bodyOf } from './attempt.ts'
import type { Claimed } from './claim.ts'
import { deliveriesOf, findDelivery, showAttempt, showDelivery } from './delivery-row.ts'
import type { AttemptRow, DeliveryRow } from './delivery-row.ts'

const PAGE_SIZE = 50

/** What was sent or is to be, newest first; ids grow with time, so the last one of a page is the cursor. */
export async function listDeliveries(
  { database }: NotifyDeps,
  { subscription_id, state, event, cursor, page_size = PAGE_SIZE }: Input<typeof listContract>['query'],
  principal: Principal,
): Promise<Output<typeof listContract>> {
  const { project_no } = projectOf(principal)
  const sql = database.read
  if (cursor !== undefined && !isUuid(cursor)) {
    throw new HubError('validation_error', {
      issues: [{ type: 'value_error', loc: ['query', 'cursor'], msg: 'Send next_cursor as it came' }],
    })
  }
  if (subscription_id !== undefined) await findRow(sql, project_no, subscription_id)
  const rows = await sql<DeliveryRow[]>`
    ${deliveriesOf(sql, project_no)}
      ${subscription_id === undefined ? sql`` : sql`and d.subscription_id = ${subscription_id}::uuid`}
      ${state === undefined ? sql`` : sql`and d.state = ${state}`}
      ${event === undefined ? sql`` : sql`and d.event = ${event}`}
      ${cursor === undefined ? sql`` : sql`and d.delivery_id < ${cursor}::uuid`}
    order by d.delivery_id desc limit ${page_size + 1}`
  const items = rows.slice(0, page_size).map(showDelivery)
  return { items, next_cursor: rows.length > page_size ? (items.at(-1)?.id ?? null) : null }
}

type Said = Pick<Claimed, 'format' | 'payload' | 'event' | 'occurred_at'>

/** One delivery with its body and its attempts. What a receiver answered was never kept. */
export async function getDelivery(
  deps: NotifyDeps,
  delivery_id: string,
  principal: Principal,
): Promise<Output<typeof getContract>> {
  const { project_no, project_id } = projectOf(principal)
  const sql = deps.database.read
  const row = await findDelivery(sql, project_no, delivery_id)
  const [said] = await sql<Said[]>`
    select s.format, d.payload, d.event, d.occurred_at from deliveries d join subscriptions s using (subscription_id)
    where d.project_no = ${project_no} and d.delivery_id = ${row.delivery_id}`
  if (!said) throw new HubError('delivery_not_found')
  const attempts = await sql<AttemptRow[]>`
    select attempt, started_at, latency_ms, status, error from delivery_attempts
    where delivery_id = ${row.delivery_id} order by attempt limit 1000`
  return {
    delivery: showDelivery(row),
    body: bodyOf(deps, { ...said, project_id }),
    attempts: attempts.map(showAttempt),
  }
}
