import type { Output } from '#shared/contract/endpoint.ts'
import type { testSubscription as contract } from '#shared/contract/subscriptions.ts'
import { HubError } from '#shared/errors.ts'
import type { Principal } from '#shared/http/auth.ts'
import { asJson } from '../deliveries/as-json.ts'
import { attempt } from '../deliveries/attempt.ts'
import { LEASE_MS, type Claimed } from '../deliveries/claim.ts'
import { findDelivery, showDelivery } from '../deliveries/delivery-row.ts'
import { settle } from '../deliveries/settle.ts'
import { TEST_EVENT } from '../deliveries/test-event.ts'
import type { NotifyDeps } from '../deps.ts'
import { projectOf } from '../project-of.ts'
import { findRow } from './subscription-row.ts'

type Target = Pick<
  Claimed,
  'format' | 'url_sealed' | 'secret_sealed' | 'old_secret_sealed' | 'old_secret_until'
>

/** What a test says: made up, and in the members that the formats read, so that it looks like the real thing. */
const samplePayload = (at: Date) => ({
  case_id: crypto.randomUUID(),
  trace_id: crypto.randomUUID(),
  reason_code: 'TEST',
  severity: 'low',
  status: 'open',
  created_at: at.toISOString(),
})

/** Sends a `webhook.test` event now, also while the subscription is disabled, and waits for how it ends. */
export async function testSubscription(
  deps: NotifyDeps,
  wanted_id: string,
  principal: Principal,
): Promise<Output<typeof contract>> {
  const { project_no, project_id } = projectOf(principal)
  const { sql } = deps.database
  const { subscription_id } = await findRow(sql, project_no, wanted_id)
  const [target] = await sql<Target[]>`
    select format, url_sealed, secret_sealed, old_secret_sealed, old_secret_until
    from subscriptions where subscription_id = ${subscription_id}`
  if (!target) throw new HubError('subscription_not_found')
  const now = deps.clock()
  const at = new Date(now)
  const row = {
    ...{ delivery_id: Bun.randomUUIDv7(), subscription_id, project_no, occurred_at: at },
    ...{ event: TEST_EVENT, first_try_at: at, attempts: 1, tries: 1 },
  }
  const payload = samplePayload(at)
  // Claimed from the start: nobody else sends it, unless this process dies before it has an answer.
  const claimed_row = {
    ...row,
    state: 'pending',
    due_at: new Date(now + LEASE_MS),
    payload: asJson(sql, payload),
  }
  await sql`insert into deliveries ${sql(claimed_row)}`
  const claimed: Claimed = { ...row, ...target, project_id, payload, failing: false }
  await settle(deps, claimed, await attempt(deps, claimed, new AbortController().signal))
  const delivery = showDelivery(await findDelivery(sql, project_no, row.delivery_id))
  return { ok: delivery.state === 'delivered', delivery }
}
