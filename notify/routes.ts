import * as contract from '#shared/contract/subscriptions.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { getDelivery, listDeliveries } from './deliveries/read-deliveries.ts'
import { redeliver, redeliverDead } from './deliveries/redeliver.ts'
import type { NotifyDeps } from './deps.ts'
import { projectOf } from './project-of.ts'
import { deleteSubscription, rotateSecret, updateSubscription } from './subscriptions/change-subscription.ts'
import { createSubscription } from './subscriptions/create-subscription.ts'
import { findRow, readRows, show } from './subscriptions/subscription-row.ts'
import { testSubscription } from './subscriptions/test-subscription.ts'

/** The operations on subscriptions and deliveries; `wake` has what is due sent at once. */
export const routes = (deps: NotifyDeps, wake: () => void): Route[] => [
  serve(contract.createSubscription, async ({ body, principal }) =>
    createSubscription(deps, body, principal),
  ),
  serve(contract.listSubscriptions, async ({ principal }) => {
    const project = projectOf(principal)
    const rows = await readRows(deps.database.read, project.project_no, null)
    return rows.map((row) => show(row, project, deps.clock()))
  }),
  serve(contract.getSubscription, async ({ params, principal }) => {
    const project = projectOf(principal)
    const row = await findRow(deps.database.read, project.project_no, params.subscription_id)
    return show(row, project, deps.clock())
  }),
  serve(contract.updateSubscription, async ({ params, body, principal }) =>
    updateSubscription(deps, params.subscription_id, body, principal),
  ),
  serve(contract.deleteSubscription, async ({ params, principal }) =>
    deleteSubscription(deps, params.subscription_id, principal),
  ),
  serve(contract.rotateSecret, async ({ params, query, principal }) =>
    rotateSecret(deps, params.subscription_id, query.grace_seconds, principal),
  ),
  serve(contract.testSubscription, async ({ params, principal }) =>
    testSubscription(deps, params.subscription_id, principal),
  ),
  serve(contract.redeliverDead, async ({ params, principal }) => {
    const answer = await redeliverDead(deps, params.subscription_id, principal)
    wake()
    return answer
  }),
  serve(contract.listDeliveries, async ({ query, principal }) => listDeliveries(deps, query, principal)),
  serve(contract.getDelivery, async ({ params, principal }) =>
    getDelivery(deps, params.delivery_id, principal),
  ),
  serve(contract.redeliver, async ({ params, principal }) => {
    const answer = await redeliver(deps, params.delivery_id, principal)
    wake()
    return answer
  }),
]
