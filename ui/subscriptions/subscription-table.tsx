import type { Subscription } from '#shared/contract/subscriptions.ts'
import { count } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { mayManage } from '../people/person.ts'
import type { Viewer } from '../viewer.ts'
import { HOME, projectIn } from './load.ts'
import { ManageSubscription } from './manage-subscription.tsx'
import { SubscriptionMark } from './outcome-mark.tsx'
import type { Refusal } from './subscription-fields.tsx'

const COLUMNS = 6

type At = { viewer: Viewer; subscription: Subscription }

const Counted = ({ viewer, subscription, state }: At & { state: 'pending' | 'dead' }) => {
  const n = state === 'dead' ? subscription.dead : subscription.waiting
  if (n === 0) return <>{count(viewer, 0)}</>
  const log = viewer.to(HOME, { project_id: projectIn(viewer), of: subscription.id, state })
  return (
    <a class={state === 'dead' ? 'failed-spans' : undefined} href={`${log}#log`}>
      {count(viewer, n)}
    </a>
  )
}

const Where = ({ viewer, subscription: { url, description, from_environment, format } }: At) => {
  const { notifications: text } = viewer.text
  return (
    <>
      <Said>{url}</Said>
      <span class="sub">
        {text.formats[format]}
        {description !== '' && !from_environment && (
          <>
            {' · '}
            <Said>{description}</Said>
          </>
        )}
        {from_environment && ` · ${text.from_environment}`}
      </span>
    </>
  )
}

const Row = ({ viewer, subscription, managed }: At & { managed: boolean }) => {
  const { notifications: text, close } = viewer.text
  const { id, events, min_severity } = subscription
  const project_id = projectIn(viewer)
  return (
    <tr role="row" class={managed ? 'is-managed' : undefined}>
      <th scope="row" role="rowheader" class="cell-name">
        <Where viewer={viewer} subscription={subscription} />
      </th>
      <td role="cell" data-label={text.events}>
        <span class="pills">
          {events.map((event) => (
            <span class="pill">{event}</span>
          ))}
        </span>
        {min_severity !== null && <span class="sub">{text.least(text.severities[min_severity])}</span>}
      </td>
      <td role="cell" data-label={text.state}>
        <SubscriptionMark viewer={viewer} subscription={subscription} />
      </td>
      <td role="cell" class="number" data-label={text.open}>
        <Counted viewer={viewer} subscription={subscription} state="pending" />
      </td>
      <td role="cell" class="number" data-label={text.dead}>
        <Counted viewer={viewer} subscription={subscription} state="dead" />
      </td>
      <td role="cell" class="cell-acts">
        {mayManage(viewer.person, project_id) && (
          <a
            class="button small"
            href={
              managed
                ? viewer.to(HOME, { project_id })
                : `${viewer.to(HOME, { project_id, manage: id })}#manage`
            }
            aria-expanded={String(managed)}
          >
            {managed ? close : text.manage}
          </a>
        )}
      </td>
    </tr>
  )
}

/** The subscriptions; the one that the address names opens to be managed. */
export const SubscriptionTable = ({
  viewer,
  subscriptions,
  refused,
}: {
  viewer: Viewer
  subscriptions: Subscription[]
  /** What was to be changed of one of them, and was not. */
  refused: Refusal | undefined
}) => {
  const { notifications: text } = viewer.text
  const wanted = viewer.url.searchParams.get('manage')
  const may_manage = mayManage(viewer.person, projectIn(viewer))
  return (
    <div class="table-box" role="region" aria-label={text.list} tabindex={0}>
      <table class="projects records subscriptions" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {[text.where, text.events, text.state, text.open, text.dead].map((name) => (
              <th
                scope="col"
                role="columnheader"
                class={name === text.open || name === text.dead ? 'number' : undefined}
              >
                {name}
              </th>
            ))}
            <th scope="col" role="columnheader">
              <span class="unseen">{text.manage}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {subscriptions.map((subscription) => (
            <>
              <Row viewer={viewer} subscription={subscription} managed={subscription.id === wanted} />
              {subscription.id === wanted && may_manage && (
                <tr role="row" id="manage" class="manage-row">
                  <td role="cell" colspan={COLUMNS}>
                    <ManageSubscription
                      viewer={viewer}
                      subscription={subscription}
                      refused={refused?.of === subscription.id ? refused : undefined}
                    />
                  </td>
                </tr>
              )}
            </>
          ))}
        </tbody>
      </table>
    </div>
  )
}
