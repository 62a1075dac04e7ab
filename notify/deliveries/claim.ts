import type { Subscription } from '#shared/contract/subscriptions.ts'
import type { Sql } from '#shared/store/connect.ts'

/** After so long another process tries what a claimer has not settled; longer than any attempt takes. */
export const LEASE_MS = 60_000

/** A delivery that this process has claimed, with all that one attempt needs. */
export type Claimed = {
  delivery_id: string
  subscription_id: string
  project_no: number
  project_id: string
  occurred_at: Date
  event: string
  payload: Record<string, unknown>
  first_try_at: Date
  attempts: number
  tries: number
  format: Subscription['format']
  url_sealed: Uint8Array
  secret_sealed: Uint8Array
  old_secret_sealed: Uint8Array | null
  old_secret_until: Date | null
  failing: boolean
}

type Wanted = {
  now: number
  /** Of receivers that have been failing, or of those that have not. */
  failing: boolean
  most: number
  /** Attempts under way at once to one receiver. */
  most_each: number
  /** How many are under way to whom. */
  running: ReadonlyMap<string, number>
}

/**
 * Claims what is due, for each subscription the oldest first, and counts the attempt: a process that dies in the middle
 * has made it. Whoever claims at the same time gets other rows.
 */
export const claim = (sql: Sql, { now, failing, most, most_each, running }: Wanted) => sql<Claimed[]>`
  with busy as (
    select * from unnest(${[...running.keys()]}::uuid[], ${[...running.values()]}::int[]) b(subscription_id, running)
  ), due as (
    select c.delivery_id
    from subscriptions s left join busy b using (subscription_id)
    cross join lateral (
      select delivery_id, due_at from deliveries
      where subscription_id = s.subscription_id and state = 'pending' and due_at <= ${new Date(now)}
      order by due_at, delivery_id limit greatest(0, ${most_each}::int - coalesce(b.running, 0))
      for update skip locked) c
    where s.disabled_at is null and (s.failing_since is not null) = ${failing}
    order by c.due_at limit ${most}
  )
  update deliveries d set
    due_at = ${new Date(now + LEASE_MS)}, attempts = d.attempts + 1, tries = d.tries + 1,
    first_try_at = case when d.tries = 0 then ${new Date(now)} else d.first_try_at end
  from due, subscriptions s, projects p
  where d.delivery_id = due.delivery_id and s.subscription_id = d.subscription_id and p.project_no = d.project_no
  returning d.delivery_id, d.subscription_id, d.project_no, p.project_id, d.occurred_at, d.event, d.payload,
    d.first_try_at, d.attempts, d.tries, s.format, s.url_sealed, s.secret_sealed, s.old_secret_sealed,
    s.old_secret_until, s.failing_since is not null failing`
