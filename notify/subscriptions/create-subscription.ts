import type { Input, Output } from '#shared/contract/endpoint.ts'
import type { createSubscription as contract } from '#shared/contract/subscriptions.ts'
import { HubError } from '#shared/errors.ts'
import type { Principal } from '#shared/http/auth.ts'
import { clean } from '#shared/protocol/clean.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { newSecret } from '../deliveries/sign.ts'
import type { NotifyDeps } from '../deps.ts'
import { projectOf } from '../project-of.ts'
import { checkWanted } from './check-wanted.ts'
import { sealFor } from './keep-secret.ts'
import { shownUrl } from './show-url.ts'
import { findRow, show } from './subscription-row.ts'

const MOST = 50

/** Makes a subscription; its secret is shown in this answer and never again. */
export async function createSubscription(
  deps: NotifyDeps,
  { url, events, ...body }: Input<typeof contract>['body'],
  principal: Principal,
): Promise<Output<typeof contract>> {
  const { database, config, clock } = deps
  const project = projectOf(principal)
  const { project_no } = project
  const format = body.format ?? 'standard'
  checkWanted({ format, events })
  await deps.checkUrl(url)
  const [subscription_id, secret, at] = [crypto.randomUUID(), newSecret(), new Date(clock())]
  const row = {
    ...{ subscription_id, project_no, created_at: at, updated_at: at, created_by: principal.actor },
    ...{ description: clean(body.description ?? ''), format, events: [...new Set(events)] },
    ...{ min_severity: body.min_severity ?? null, url_shown: shownUrl(url, format) },
    url_sealed: sealFor(config.secret_key, subscription_id, 'url', url),
    secret_sealed: sealFor(config.secret_key, subscription_id, 'secret', secret),
  }
  return database.sql.begin(async (sql) => {
    // One at a time for a project, or two at once would be one too many.
    await sql`select 1 from projects where project_no = ${project_no} for no key update`
    const { count } = await sql`select 1 from subscriptions where project_no = ${project_no} limit ${MOST}`
    if (count === MOST) throw new HubError('too_many_subscriptions')
    await sql`insert into subscriptions ${sql(row)}`
    const deed = { at, actor: principal.actor, project_no, subject: subscription_id }
    const detail = { url: row.url_shown, format, events: row.events.join(' ') }
    await writeAudit(sql, { ...deed, action: 'subscription.created', detail })
    return { ...show(await findRow(sql, project_no, subscription_id), project, clock()), secret }
  })
}
