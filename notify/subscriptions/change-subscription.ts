import type { Input, Output } from '#shared/contract/endpoint.ts'
import type {
  deleteSubscription as deleteContract,
  rotateSecret as rotateContract,
  updateSubscription as updateContract,
} from '#shared/contract/subscriptions.ts'
import type { Principal } from '#shared/http/auth.ts'
import { clean } from '#shared/protocol/clean.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { newSecret } from '../deliveries/sign.ts'
import type { NotifyDeps } from '../deps.ts'
import { projectOf } from '../project-of.ts'
import { checkWanted } from './check-wanted.ts'
import { stopSending } from './disable.ts'
import { sealFor, unsealFor } from './keep-secret.ts'
import { shownUrl } from './show-url.ts'
import { findRow, lockOwn, show } from './subscription-row.ts'

const DAY_SECONDS = 86_400

type Change = Input<typeof updateContract>['body']

/** The URL of a subscription as a whole; null when it no longer opens. */
async function urlOf(sql: Parameters<typeof lockOwn>[0], secret_key: string, subscription_id: string) {
  const [row] = await sql<{ url_sealed: Uint8Array }[]>`
    select url_sealed from subscriptions where subscription_id = ${subscription_id}`
  return row ? unsealFor(secret_key, subscription_id, 'url', row.url_sealed) : null
}

/** Changes what is named. Enabled again it starts afresh; what became a dead letter stays one until it is redelivered. */
export async function updateSubscription(
  deps: NotifyDeps,
  subscription_id: string,
  change: Change,
  principal: Principal,
): Promise<Output<typeof updateContract>> {
  const { database, config, clock } = deps
  const project = projectOf(principal)
  const { project_no } = project
  if (change.url !== undefined) await deps.checkUrl(change.url)
  const at = new Date(clock())
  return database.sql.begin(async (sql) => {
    await lockOwn(sql, project_no, subscription_id)
    const before = await findRow(sql, project_no, subscription_id)
    const format = change.format ?? before.format
    const events = [...new Set(change.events ?? before.events)]
    checkWanted({ format, events })
    const url = change.url ?? (await urlOf(sql, config.secret_key, subscription_id))
    const row = {
      ...{ format, events, updated_at: at },
      min_severity: change.min_severity === undefined ? before.min_severity : change.min_severity,
      description: change.description === undefined ? before.description : clean(change.description ?? ''),
      ...(url === null ? {} : { url_shown: shownUrl(url, format) }),
      ...(change.url === undefined
        ? {}
        : { url_sealed: sealFor(config.secret_key, subscription_id, 'url', change.url) }),
      ...(change.enabled === true ? { disabled_at: null, disabled_reason: null, failing_since: null } : {}),
    }
    await sql`update subscriptions set ${sql(row)} where subscription_id = ${subscription_id}`
    if (change.enabled === false) await stopSending(sql, subscription_id, 'by_hand', at)
    const deed = { at, actor: principal.actor, project_no, subject: subscription_id }
    const detail = { changed: Object.keys(change).toSorted().join(' ') }
    await writeAudit(sql, { ...deed, action: 'subscription.changed', detail })
    return show(await findRow(sql, project_no, subscription_id), project, clock())
  })
}

/** A new secret; the one before goes on signing beside it for a while, so that receivers can follow at their leisure. */
export async function rotateSecret(
  { database, config, clock }: NotifyDeps,
  subscription_id: string,
  grace_seconds: number | undefined,
  principal: Principal,
): Promise<Output<typeof rotateContract>> {
  const project = projectOf(principal)
  const { project_no } = project
  const [secret, now] = [newSecret(), clock()]
  const until = new Date(now + (grace_seconds ?? DAY_SECONDS) * 1000)
  return database.sql.begin(async (sql) => {
    await lockOwn(sql, project_no, subscription_id)
    await sql`
      update subscriptions set old_secret_sealed = secret_sealed, old_secret_until = ${until},
        secret_sealed = ${sealFor(config.secret_key, subscription_id, 'secret', secret)}, updated_at = ${new Date(now)}
      where subscription_id = ${subscription_id}`
    const deed = { at: new Date(now), actor: principal.actor, project_no, subject: subscription_id }
    const detail = { old_until: until.toISOString() }
    await writeAudit(sql, { ...deed, action: 'subscription.secret_rotated', detail })
    return { ...show(await findRow(sql, project_no, subscription_id), project, now), secret }
  })
}

/** Deletes a subscription with its deliveries. */
export async function deleteSubscription(
  { database, clock }: NotifyDeps,
  subscription_id: string,
  principal: Principal,
): Promise<Output<typeof deleteContract>> {
  const { project_no } = projectOf(principal)
  return database.sql.begin(async (sql) => {
    await lockOwn(sql, project_no, subscription_id)
    await sql`delete from subscriptions where subscription_id = ${subscription_id}`
    const deed = { at: new Date(clock()), actor: principal.actor, project_no, subject: subscription_id }
    await writeAudit(sql, { ...deed, action: 'subscription.deleted' })
    return { id: subscription_id, deleted: true as const }
  })
}
