import { Type as t, type Static } from '@sinclair/typebox'
import { SEVERITIES } from '../schema/case-words.ts'
import { maybe, nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const tag = 'Alerts'
const service = 'notify'

/** What an alert can watch, and in which unit its threshold is. */
export const METRICS = {
  error_rate: '% of finished traces',
  p95_latency: 'ms of finished traces',
  cost: 'USD',
  escalation_rate: '% of decisions',
  sla_breaches: 'missed clocks of cases',
} as const
export type Metric = keyof typeof METRICS

/** What an alert makes of a window in which there was nothing to measure. */
export const NO_DATA = ['ok', 'keep', 'fire'] as const
export const COMPARISONS = ['above', 'below'] as const

const metrics: Metric[] = ['error_rate', 'p95_latency', 'cost', 'escalation_rate', 'sla_breaches']
const Text = t.String({ minLength: 1, maxLength: 255, pattern: '^[^\\0]*$' })

/** Of traces `name`, `model`, `environment` and `release` count; of decisions and cases `policy` and `rule`. */
const Filter = t.Object(
  {
    name: t.Optional(Text),
    model: t.Optional(Text),
    environment: t.Optional(Text),
    release: t.Optional(Text),
    policy: t.Optional(Text),
    rule: t.Optional(Text),
  },
  { additionalProperties: false, description: 'Only what has exactly these values counts' },
)
export type AlertFilter = Static<typeof Filter>

const Watch = {
  metric: t.Union(metrics.map((name) => t.Literal(name))),
  comparison: t.Union(COMPARISONS.map((name) => t.Literal(name))),
  threshold: t.Number({ minimum: -1e15, maximum: 1e15 }),
  filter: Filter,
  window_minutes: t.Integer({ minimum: 1, maximum: 1440 }),
  for_minutes: t.Integer({ minimum: 0, maximum: 1440, description: 'It must be so for this long' }),
  no_data: t.Union(
    NO_DATA.map((name) => t.Literal(name)),
    { description: 'A window without anything to measure: fine, no news, or a reason to fire' },
  ),
}
const Named = {
  name: t.String({ minLength: 1, maxLength: 255, pattern: '^[^\\0]*\\S[^\\0]*$' }),
  severity: t.Union(SEVERITIES.map((name) => t.Literal(name))),
  enabled: t.Boolean(),
}
const WatchSchema = t.Object(Watch)
/** What is measured, and when it is too much. */
export type Watch = Static<typeof WatchSchema>

/** A figure that is looked at once a minute, and events when it is too much and when it no longer is. */
export const Alert = t.Object({
  id: t.String(),
  project_id: t.String(),
  ...Named,
  ...Watch,
  state: t.Union([t.Literal('ok'), t.Literal('pending'), t.Literal('firing')]),
  since: t.String({ description: 'When it came into this state' }),
  value: nullable(t.Number({ description: 'The figure of the last look; null without data' })),
  checked_at: t.String(),
  created_at: t.String(),
  created_by: t.String(),
})
export type Alert = Static<typeof Alert>

/** What was left out is `above`, no filter, 0 minutes, `ok`, `high` and enabled. */
const Wanted = t.Object({
  metric: Watch.metric,
  threshold: Watch.threshold,
  window_minutes: Watch.window_minutes,
  comparison: t.Optional(Watch.comparison),
  filter: t.Optional(Filter),
  for_minutes: t.Optional(Watch.for_minutes),
  no_data: t.Optional(Watch.no_data),
})
export type WantedWatch = Static<typeof Wanted>

const params = t.Object({ alert_id: t.String({ maxLength: 64 }) })

export const createAlert = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/alerts',
  summary: 'Watch a figure of the project',
  tag,
  auth: 'manage',
  body: t.Composite([
    Wanted,
    t.Object({ name: Named.name, severity: t.Optional(Named.severity), enabled: t.Optional(Named.enabled) }),
  ]),
  response: Alert,
})

export const listAlerts = endpoint({
  service,
  method: 'GET',
  path: '/api/v1/alerts',
  summary: 'The alerts of the project, newest first',
  tag,
  auth: 'read',
  response: t.Array(Alert),
})

export const updateAlert = endpoint({
  service,
  method: 'PATCH',
  path: '/api/v1/alerts/:alert_id',
  summary: 'Change an alert; what it measures anew starts from ok',
  tag,
  auth: 'manage',
  params,
  body: t.Partial(t.Object({ ...Named, ...Watch })),
  response: Alert,
})

export const deleteAlert = endpoint({
  service,
  method: 'DELETE',
  path: '/api/v1/alerts/:alert_id',
  summary: 'Delete an alert',
  tag,
  auth: 'manage',
  params,
  response: t.Object({ id: t.String(), deleted: t.Literal(true) }),
})

export const previewAlert = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/alerts/preview',
  summary: 'When an alert would have fired in the last 7 days',
  tag,
  auth: 'read',
  body: Wanted,
  response: t.Object({
    step_minutes: t.Integer({ description: 'Between two looks; the alert itself looks every minute' }),
    points: t.Array(t.Object({ at: t.String(), value: nullable(t.Number()) })),
    firings: t.Array(
      t.Object({ from: t.String(), until: maybe(t.String({ description: 'Null: it still does' })) }),
    ),
  }),
})
