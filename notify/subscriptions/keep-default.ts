import { uuid5 } from '#shared/ids.ts'
import { newSecret } from '../deliveries/sign.ts'
import type { NotifyDeps } from '../deps.ts'
import { sealFor } from './keep-secret.ts'
import { shownUrl } from './show-url.ts'

/** The one subscription of all projects: every process that starts with WEBHOOK_URL means the same one. */
const DEFAULT_ID = uuid5('WEBHOOK_URL')

/**
 * WEBHOOK_URL as a subscription: every case that opens, in any project, in the words of the MVP. Without it there is none,
 * nor what such a one had left to send.
 */
export async function keepDefault({ config, database, clock }: NotifyDeps): Promise<void> {
  const { webhook_url, secret_key } = config
  if (webhook_url === undefined) {
    await database.sql`delete from subscriptions where subscription_id = ${DEFAULT_ID}`
    return
  }
  const at = new Date(clock())
  const row = {
    ...{ subscription_id: DEFAULT_ID, project_no: null, created_at: at, updated_at: at, created_by: 'hub' },
    ...{ description: 'WEBHOOK_URL', format: 'legacy', events: ['case.opened'], min_severity: null },
    url_shown: shownUrl(webhook_url, 'legacy'),
    url_sealed: sealFor(secret_key, DEFAULT_ID, 'url', webhook_url),
    secret_sealed: sealFor(secret_key, DEFAULT_ID, 'secret', newSecret()),
  }
  await database.sql`
    insert into subscriptions ${database.sql(row)}
    on conflict (subscription_id) do update set url_shown = excluded.url_shown, url_sealed = excluded.url_sealed,
      secret_sealed = excluded.secret_sealed, updated_at = excluded.updated_at, failing_since = null,
      disabled_at = null, disabled_reason = null`
}
