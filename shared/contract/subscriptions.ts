import { Type as t, type Static } from '@sinclair/typebox'
import { WEBHOOK_EVENTS } from '../events.ts'
import { SEVERITIES } from '../schema/case-words.ts'
import { maybe, nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const tag = 'Webhooks'
const service = 'notify'

/** How a message is written: the hub's own form, the MVP's, or Slack's. */
export const FORMATS = ['standard', 'legacy', 'slack'] as const

/** Names that stand for several events. */
const EVENT_PATTERNS = [
  '*',
  'decision.*',
  'case.*',
  'trace.*',
  'policy.*',
  'alert.*',
  'subscription.*',
] as const

const Format = t.Union(FORMATS.map((name) => t.Literal(name)))
const Severity = t.Union(SEVERITIES.map((name) => t.Literal(name)))
const EventPattern = t.Union([...EVENT_PATTERNS, ...WEBHOOK_EVENTS].map((name) => t.Literal(name)))

const Url = t.String({ minLength: 1, maxLength: 2048, format: 'printable' })
const Events = t.Array(EventPattern, { minItems: 1, maxItems: 40 })
const Description = t.String({ maxLength: 255, pattern: '^[^\\0]*$' })
const subscription_id = t.String({ maxLength: 64 })
const delivery_id = t.String({ maxLength: 64 })

/** Where events of a project are sent. */
export const Subscription = t.Object({
  id: t.String(),
  project_id: nullable(t.String({ description: 'Null for the one of WEBHOOK_URL' })),
  url: t.String({
    description: 'Without its query, and for Slack without its path: they could hold secrets',
  }),
  description: t.String(),
  format: Format,
  events: t.Array(t.String()),
  min_severity: nullable(Severity),
  enabled: t.Boolean(),
  disabled_at: nullable(t.String()),
  disabled_reason: nullable(
    t.String({ description: '`gone`: it answered 410; `failing`: nothing arrived for five days; `by_hand`' }),
  ),
  failing_since: nullable(t.String({ description: 'Since when no attempt has succeeded' })),
  old_secret_until: nullable(t.String({ description: 'Until then the secret before signs too' })),
  from_environment: t.Boolean({ description: 'WEBHOOK_URL made it; it changes there alone' }),
  waiting: t.Integer({ description: 'Deliveries that are still to be tried; counted to 10,000' }),
  dead: t.Integer({ description: 'Deliveries that were given up; counted to 10,000' }),
  created_at: t.String(),
  created_by: t.String(),
})
export type Subscription = Static<typeof Subscription>

const WithSecret = t.Composite([
  Subscription,
  t.Object({ secret: t.String({ description: '`whsec_…`, shown once' }) }),
])

/** How one attempt ended. */
export const Attempt = t.Object({
  attempt: t.Integer(),
  started_at: t.String(),
  latency_ms: t.Integer(),
  status: nullable(t.Integer({ description: 'The HTTP status; null where none came' })),
  error: nullable(
    t.String({ description: 'Why it failed: timeout, blocked_address, redirect, http_500, …' }),
  ),
})
export type Attempt = Static<typeof Attempt>

const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const
export const DeliveryState = t.Union(
  DELIVERY_STATES.map((name) => t.Literal(name)),
  { description: '`dead`: given up after the last try, or because the subscription was disabled' },
)
export type DeliveryState = Static<typeof DeliveryState>

/** One event on its way to one subscription. */
export const Delivery = t.Object({
  id: t.String({ description: 'The webhook-id, the same at every attempt' }),
  subscription_id: t.String(),
  event: t.String(),
  state: DeliveryState,
  attempts: t.Integer(),
  occurred_at: t.String(),
  created_at: t.String(),
  due_at: nullable(t.String({ description: 'When it is tried next; null once it is finished' })),
  finished_at: nullable(t.String()),
  last: nullable(Attempt),
})
export type Delivery = Static<typeof Delivery>

export const createSubscription = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/subscriptions',
  summary: 'Send events of the project to a URL',
  tag,
  auth: 'manage',
  body: t.Object({
    url: Url,
    events: Events,
    format: t.Optional(Format),
    min_severity: maybe(Severity),
    description: maybe(Description),
  }),
  response: WithSecret,
})

export const listSubscriptions = endpoint({
  service,
  method: 'GET',
  path: '/api/v1/subscriptions',
  summary: 'The subscriptions of the project, newest first',
  tag,
  auth: 'read',
  response: t.Array(Subscription),
})

export const getSubscription = endpoint({
  service,
  method: 'GET',
  path: '/api/v1/subscriptions/:subscription_id',
  summary: 'One subscription',
  tag,
  auth: 'read',
  params: t.Object({ subscription_id }),
  response: Subscription,
})

export const updateSubscription = endpoint({
  service,
  method: 'PATCH',
  path: '/api/v1/subscriptions/:subscription_id',
  summary: 'Change a subscription, disable it, or enable it again',
  tag,
  auth: 'manage',
  params: t.Object({ subscription_id }),
  body: t.Object({
    url: t.Optional(Url),
    events: t.Optional(Events),
    format: t.Optional(Format),
    min_severity: maybe(Severity),
    description: maybe(Description),
    enabled: t.Optional(t.Boolean()),
  }),
  response: Subscription,
})

export const deleteSubscription = endpoint({
  service,
  method: 'DELETE',
  path: '/api/v1/subscriptions/:subscription_id',
  summary: 'Delete a subscription with all its deliveries',
  tag,
  auth: 'manage',
  params: t.Object({ subscription_id }),
  response: t.Object({ id: t.String(), deleted: t.Literal(true) }),
})

export const rotateSecret = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/subscriptions/:subscription_id/rotate-secret',
  summary: 'Issue a new secret; the one before signs too for grace_seconds, a day where it is not said',
  tag,
  auth: 'manage',
  params: t.Object({ subscription_id }),
  query: t.Object({ grace_seconds: t.Optional(t.Integer({ minimum: 0, maximum: 604_800 })) }),
  response: WithSecret,
})

export const testSubscription = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/subscriptions/:subscription_id/test',
  summary: 'Send a `webhook.test` event now, once, and say how it ended',
  tag,
  auth: 'manage',
  params: t.Object({ subscription_id }),
  response: t.Object({ ok: t.Boolean(), delivery: Delivery }),
})

export const listDeliveries = endpoint({
  service,
  method: 'GET',
  path: '/api/v1/deliveries',
  summary: 'What was sent or is to be, newest first; state=dead is the dead-letter list',
  tag,
  auth: 'read',
  query: t.Object({
    subscription_id: t.Optional(subscription_id),
    state: t.Optional(DeliveryState),
    event: t.Optional(t.String({ maxLength: 64, pattern: '^[^\\0]*$' })),
    page_size: t.Optional(t.Integer({ minimum: 1, maximum: 100, description: 'Default 50' })),
    cursor: t.Optional(t.String({ maxLength: 64, description: 'next_cursor of the page before' })),
  }),
  response: t.Object({ items: t.Array(Delivery), next_cursor: nullable(t.String()) }),
})

export const getDelivery = endpoint({
  service,
  method: 'GET',
  path: '/api/v1/deliveries/:delivery_id',
  summary: 'One delivery: its body and every attempt, never what the receiver answered',
  tag,
  auth: 'read',
  params: t.Object({ delivery_id }),
  response: t.Object({
    delivery: Delivery,
    body: t.String({ description: 'What is sent, byte for byte' }),
    attempts: t.Array(Attempt, { description: 'Oldest first' }),
  }),
})

export const redeliver = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/deliveries/:delivery_id/redeliver',
  summary: 'Put a finished delivery on the schedule again, under its webhook-id',
  tag,
  auth: 'manage',
  params: t.Object({ delivery_id }),
  response: Delivery,
})

export const redeliverDead = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/subscriptions/:subscription_id/redeliver',
  summary: 'Put the dead letters of a subscription on the schedule again, the oldest 1,000 first',
  tag,
  auth: 'manage',
  params: t.Object({ subscription_id }),
  response: t.Object({ redelivered: t.Integer(), remaining: t.Integer() }),
})
