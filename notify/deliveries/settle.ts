import type { Transaction } from '#shared/store/connect.ts'
import type { NotifyDeps } from '../deps.ts'
import { disable } from '../subscriptions/disable.ts'
import type { Ended } from './attempt.ts'
import type { Claimed } from './claim.ts'
import { nextTry } from './schedule.ts'
import { TEST_EVENT } from './test-event.ts'

const DAY_MS = 86_400_000
/** A subscription to which nothing has got through for so long is disabled when the next delivery is given up. */
const FAILING_MS = 5 * DAY_MS

const GONE = 410

const note = (sql: Transaction, { delivery_id, attempts }: Claimed, ended: Ended) => sql`
  insert into delivery_attempts (delivery_id, attempt, started_at, latency_ms, status, error)
  select delivery_id, ${attempts}, ${new Date(ended.started_at)}, ${ended.latency_ms}, ${ended.status}, ${ended.error}
  from deliveries where delivery_id = ${delivery_id}
  on conflict do nothing`

async function succeed(sql: Transaction, { delivery_id, subscription_id }: Claimed, now: number) {
  await sql`
    update deliveries set state = 'delivered', finished_at = ${new Date(now)} where delivery_id = ${delivery_id}`
  await sql`
    update subscriptions set failing_since = null
    where subscription_id = ${subscription_id} and failing_since is not null`
}

/** Gives a delivery up, or says when it is tried next. Who no longer holds the claim changes nothing. */
const postpone = (
  sql: Transaction,
  { delivery_id, attempts }: Claimed,
  now: number,
  next: number | null,
) => sql`
  update deliveries set
    state = ${next === null ? 'dead' : 'pending'},
    due_at = ${new Date(next ?? now)}, finished_at = ${next === null ? new Date(now) : null}
  where delivery_id = ${delivery_id} and attempts = ${attempts} and state = 'pending'`

async function fail(sql: Transaction, deps: NotifyDeps, claimed: Claimed, ended: Ended) {
  const now = deps.clock()
  const is_test = claimed.event === TEST_EVENT
  const done = { ...claimed, first_try_at: claimed.first_try_at.getTime(), now, ...ended }
  const is_gone = ended.status === GONE
  const next = is_test || is_gone ? null : nextTry(done, deps.random())
  await postpone(sql, claimed, now, next)
  if (is_test) return
  const [failing] = await sql<{ failing_since: Date }[]>`
    update subscriptions set failing_since = coalesce(failing_since, ${new Date(ended.started_at)})
    where subscription_id = ${claimed.subscription_id} returning failing_since`
  const has_failed_long = failing && failing.failing_since.getTime() <= now - FAILING_MS
  if (is_gone) await disable(sql, claimed.subscription_id, 'gone', new Date(now))
  else if (next === null && has_failed_long)
    await disable(sql, claimed.subscription_id, 'failing', new Date(now))
}

/** Writes down how an attempt ended, and with it in one transaction what follows from it. */
export async function settle(deps: NotifyDeps, claimed: Claimed, ended: Ended): Promise<void> {
  await deps.database.sql.begin(async (sql) => {
    await note(sql, claimed, ended)
    if (ended.error === null) await succeed(sql, claimed, deps.clock())
    else await fail(sql, deps, claimed, ended)
  })
}

/** Gives a claim back when the process ends before an answer came: it is tried at once elsewhere, and was no try. */
export const release = async (
  { database, clock }: NotifyDeps,
  { delivery_id, attempts }: Claimed,
) => database.sql`
  update deliveries set due_at = ${new Date(clock())}, tries = tries - 1
  where delivery_id = ${delivery_id} and attempts = ${attempts} and state = 'pending'`
