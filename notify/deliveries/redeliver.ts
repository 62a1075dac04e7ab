import type { Output } from '#shared/contract/endpoint.ts'
import type { redeliver as contract, redeliverDead as deadContract } from '#shared/contract/subscriptions.ts'
import { HubError } from '#shared/errors.ts'
import type { Principal } from '#shared/http/auth.ts'
import type { NotifyDeps } from '../deps.ts'
import { projectOf } from '../project-of.ts'
import { findRow } from '../subscriptions/subscription-row.ts'
import { findDelivery, showDelivery } from './delivery-row.ts'

const MOST = 1000

/** Puts a delivery at the start of the schedule again, delivered or not; under the same id, by which a receiver knows it. */
export async function redeliver(
  { database, clock }: NotifyDeps,
  delivery_id: string,
  principal: Principal,
): Promise<Output<typeof contract>> {
  const { project_no } = projectOf(principal)
  const { sql } = database
  const { subscription_id } = await findDelivery(sql, project_no, delivery_id)
  const { disabled_at } = await findRow(sql, project_no, subscription_id)
  if (disabled_at !== null) throw new HubError('subscription_disabled')
  await sql`
    update deliveries set state = 'pending', due_at = ${new Date(clock())}, finished_at = null, tries = 0
    where project_no = ${project_no} and delivery_id = ${delivery_id} and state <> 'pending'`
  return showDelivery(await findDelivery(sql, project_no, delivery_id))
}

/** The same for what a subscription was not told, as after it was away for long. */
export async function redeliverDead(
  { database, clock }: NotifyDeps,
  wanted_id: string,
  principal: Principal,
): Promise<Output<typeof deadContract>> {
  const { project_no } = projectOf(principal)
  const { sql } = database
  const { subscription_id, disabled_at } = await findRow(sql, project_no, wanted_id)
  if (disabled_at !== null) throw new HubError('subscription_disabled')
  const { count: redelivered } = await sql`
    update deliveries set state = 'pending', due_at = ${new Date(clock())}, finished_at = null, tries = 0
    where delivery_id in (
      select delivery_id from deliveries
      where subscription_id = ${subscription_id} and project_no = ${project_no} and state = 'dead'
      order by delivery_id limit ${MOST})`
  const { dead: remaining } = await findRow(sql, project_no, subscription_id)
  return { redelivered, remaining }
}
