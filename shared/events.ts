import { Type as t, type Static, type TObject } from '@sinclair/typebox'
import { ActionName } from './contract/decide.ts'
import { nullable } from './schema/scalars.ts'

/*
 * Ids, codes and names of policies, never what a trace contains: events leave the hub, and outlive the traces that they
 * are about.
 */

const DecisionMade = t.Object({
  decision_id: t.String(),
  trace_id: t.String(),
  action: ActionName,
  reason_code: t.String(),
  severity: t.String(),
  rule: nullable(t.String()),
  policy: t.String({ description: 'Name of the policy' }),
  policy_version: nullable(t.Integer()),
  degraded: t.Boolean(),
  degraded_reasons: t.Array(t.String()),
})

/** A case as the outside hears of it. */
const Case = t.Object({
  case_id: t.String(),
  trace_id: nullable(t.String({ description: 'The trace that opened it' })),
  decision_id: nullable(t.String()),
  reason_code: t.String(),
  rule: nullable(t.String()),
  policy: nullable(t.String()),
  severity: t.String(),
  status: t.String(),
  occurrences: t.Integer(),
  assignee: nullable(t.String()),
  created_at: t.String(),
})

/** Who did something to a case: a person, the id of a key, or `hub`. */
const ByActor = t.Composite([Case, t.Object({ actor: t.String() })])
const OfTrace = t.Object({ trace_id: t.String() })

const AlertNews = t.Object({
  alert_id: t.String(),
  name: t.String(),
  severity: t.String(),
  metric: t.String(),
  value: nullable(t.Number()),
  comparison: t.String(),
  threshold: t.Number(),
  window_minutes: t.Integer(),
  since: t.String({ description: 'When it began to be too much, or to be fine again' }),
})

/** What happens in the hub and the outside may want to know: a row of `outbox` each, in the transaction of the deed. */
export const EVENTS = {
  'decision.made': DecisionMade,
  'case.opened': Case,
  /** A repeat that brought the occurrences to a round number. */
  'case.grouped': Case,
  'case.acknowledged': ByActor,
  'case.resolved': t.Composite([ByActor, t.Object({ outcome: nullable(t.String()) })]),
  'case.reopened': t.Composite([ByActor, t.Object({ regression: t.Boolean() })]),
  'case.sla_breached': t.Composite([
    Case,
    t.Object({
      clock: t.Union([t.Literal('acknowledge'), t.Literal('resolve')]),
      due_at: t.String(),
    }),
  ]),
  'policy.activated': t.Object({
    policy_id: t.String(),
    policy: t.String(),
    version: t.Integer(),
    hash: t.String(),
    actor: t.String(),
  }),
  'trace.failed': OfTrace,
  'trace.stale': t.Composite([
    OfTrace,
    t.Object({ quiet_since: t.String({ description: 'When the last news of it came' }) }),
  ]),
  'alert.fired': AlertNews,
  'alert.recovered': AlertNews,
  'subscription.disabled': t.Object({
    subscription_id: t.String(),
    url: t.String({ description: 'Without what could be a secret in it' }),
    reason: t.Union([t.Literal('gone'), t.Literal('failing')]),
  }),
} as const satisfies Record<string, TObject>

export type EventName = keyof typeof EVENTS
export type EventOf<E extends EventName> = Static<(typeof EVENTS)[E]>

/** One event of a project, as its writer hands it in. */
export type News = { [E in EventName]: { project_no: number; event: E; payload: EventOf<E> } }[EventName]

/** What a decision is called outside; a clean one that lets the answer go out has no name there. */
export const DECISION_EVENTS = ['decision.blocked', 'decision.escalated', 'decision.degraded'] as const

/** The events that a webhook can carry, in the order in which they are shown. */
export const WEBHOOK_EVENTS = [
  ...DECISION_EVENTS,
  ...(Object.keys(EVENTS) as EventName[]).filter((name) => name !== 'decision.made'),
] as const

export type WebhookEvent = (typeof DECISION_EVENTS)[number] | Exclude<EventName, 'decision.made'>

const decisionEvents = ({ action, degraded }: EventOf<'decision.made'>): WebhookEvent[] => [
  ...(action === 'BLOCK' ? (['decision.blocked'] as const) : []),
  ...(action === 'ESCALATE' ? (['decision.escalated'] as const) : []),
  ...(degraded ? (['decision.degraded'] as const) : []),
]

/** As what an event goes out: under its own name, a decision under the names of what is wrong with it, or not at all. */
export const webhookEvents = (news: Pick<News, 'event' | 'payload'>): WebhookEvent[] =>
  // Event and payload belong together by the type of News; Pick of a union has forgotten it.
  news.event === 'decision.made' ? decisionEvents(news.payload as EventOf<'decision.made'>) : [news.event]
