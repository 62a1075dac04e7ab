import type { Child } from 'hono/jsx'
import { Places } from '../alerts/places.tsx'
import type { Asked } from '../fragment.ts'
import { mayManage } from '../people/person.ts'
import { projectPage } from '../records/project-page.tsx'
import { CreateForm } from './create-form.tsx'
import { DeliveryLog } from './delivery-table.tsx'
import { load, projectIn } from './load.ts'
import type { Refusal } from './subscription-fields.tsx'
import { SubscriptionTable } from './subscription-table.tsx'

/** What an act leaves on the page that follows it. */
export type Outcome = { status?: number; refused?: Refusal; news?: Child }

/** `/notifications?project_id=`: who is told, what was sent, and what became of it. */
export async function showNotifications(asked: Asked, outcome: Outcome = {}): Promise<Response> {
  const { viewer } = asked
  const { notifications: text } = viewer.text
  const { refused } = outcome
  const page = await projectPage(asked, {
    title: text.title,
    lead: text.lead,
    body: async () => {
      const shown = await load(asked)
      const { subscriptions, deliveries } = shown
      const may_manage = mayManage(viewer.person, projectIn(viewer))
      const has_log = subscriptions.length > 0 || deliveries.items.length > 0
      return (
        <>
          <Places viewer={viewer} here="subscriptions" />
          {outcome.news}
          <section aria-labelledby="list-title">
            <h2 id="list-title">{text.list}</h2>
            {subscriptions.length === 0 ? (
              <p class="empty">{may_manage ? text.empty : text.empty_look}</p>
            ) : (
              <SubscriptionTable viewer={viewer} subscriptions={subscriptions} refused={refused} />
            )}
          </section>
          {may_manage && (
            <CreateForm viewer={viewer} refused={refused?.of === undefined ? refused : undefined} />
          )}
          {has_log && <DeliveryLog viewer={viewer} shown={shown} />}
        </>
      )
    },
  })
  return outcome.status === undefined
    ? page
    : new Response(page.body, { status: outcome.status, headers: page.headers })
}

export const notificationsPage = (asked: Asked): Promise<Response> => showNotifications(asked)
