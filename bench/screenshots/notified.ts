import { createAlert } from '#shared/contract/alerts.ts'
import { createSubscription, testSubscription } from '#shared/contract/subscriptions.ts'
import { call } from '#shared/http/call.ts'
import type { Hub } from '../hub.ts'

const KEY = { 'x-api-key': 'dev-key' }

/** Two subscriptions of the default project, one of them tried out where nobody listens, and an alert. */
export async function openNotifications({ api }: Hub) {
  const make = async (body: {
    url: string
    description: string
    events: ('case.*' | 'trace.failed' | '*')[]
  }) => call(fetch, api, createSubscription, { body }, KEY)
  await make({ url: 'http://127.0.0.1:9100/hooks/llm', description: '고객지원 당직', events: ['*'] })
  const { id: subscription_id } = await make({
    ...{ url: 'http://127.0.0.1:9100/oncall', description: 'On call' },
    events: ['case.*', 'trace.failed'],
  })
  const watch = { metric: 'error_rate' as const, threshold: 5, window_minutes: 15, for_minutes: 5 }
  const filter = { environment: 'prod' }
  await call(fetch, api, createAlert, { body: { name: '운영 환경 오류', ...watch, filter } }, KEY)
  const { delivery } = await call(fetch, api, testSubscription, { params: { subscription_id } }, KEY)
  return { subscription_id, delivery_id: delivery.id }
}
