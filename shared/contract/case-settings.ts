import { Type as t, type Static } from '@sinclair/typebox'
import { nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const tag = 'Cases'

/** Seconds until a case must be acknowledged, and until it must be resolved. */
const Clock = t.Object({
  ack_seconds: t.Integer({ minimum: 60, maximum: 31_536_000 }),
  resolve_seconds: t.Integer({ minimum: 60, maximum: 31_536_000 }),
})

/** How a project handles its cases. */
export const CaseSettings = t.Object({
  sla: t.Object({ critical: Clock, high: Clock, medium: Clock, low: Clock }),
  group_window_seconds: t.Integer({
    minimum: 60,
    maximum: 2_592_000,
    description: 'A repeat joins a case that is not resolved when the one before is at most this old',
  }),
  reopen_window_seconds: t.Integer({
    minimum: 0,
    maximum: 31_536_000,
    description: 'A repeat reopens a case that was resolved at most this long ago',
  }),
})
export type CaseSettings = Static<typeof CaseSettings>

const ShownSettings = t.Composite([CaseSettings, t.Object({ updated_at: nullable(t.String()) })])

export const getCaseSettings = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/cases/settings',
  summary: 'How soon cases must be handled, and what belongs into one case',
  tag,
  auth: 'read',
  response: ShownSettings,
})

export const putCaseSettings = endpoint({
  service: 'decide',
  method: 'PUT',
  path: '/api/v1/cases/settings',
  summary: 'Set that for the project (audited); it holds for cases that open from now on',
  tag,
  auth: 'manage',
  body: CaseSettings,
  response: ShownSettings,
})
