import type { Attempt, Delivery, Subscription } from '#shared/contract/subscriptions.ts'
import { Icon } from '../parts/icon.tsx'
import { Said } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'

const LOOKS = { pending: 'running', delivered: 'success', dead: 'error' } as const

/** How far a delivery has come. */
export const DeliveryMark = ({ viewer, state }: { viewer: Viewer; state: Delivery['state'] }) => (
  <span class={`state state-${LOOKS[state]}`}>
    <Icon name={LOOKS[state]} />
    {viewer.text.notifications.delivery_states[state]}
  </span>
)

/** Whether a subscription is told, and whether anything gets there. */
export const SubscriptionMark = ({
  viewer,
  subscription: { enabled, failing_since },
}: {
  viewer: Viewer
  subscription: Subscription
}) => {
  const { states } = viewer.text.notifications
  const [look, name] = !enabled
    ? (['cancelled', states.off] as const)
    : failing_since !== null
      ? (['stale', states.failing] as const)
      : (['success', states.on] as const)
  return (
    <span class={`state state-${look}`}>
      <Icon name={look} />
      {name}
    </span>
  )
}

/** What an attempt ended with, in one word: the status, or why there was none. */
export const endOf = ({ status, error }: Attempt): string =>
  status === null
    ? (error ?? '')
    : error === null || error === `http_${status}`
      ? `${status}`
      : `${status} ${error}`

export const AttemptEnd = ({ attempt }: { attempt: Attempt }) => (
  <code class={attempt.error === null ? undefined : 'failed-spans'}>
    <Said>{endOf(attempt)}</Said>
  </code>
)
