import { Type as t, type Static } from '@sinclair/typebox'
import { nullable } from './scalars.ts'

const Limit = t.Object(
  {
    per_minute: t.Integer({ minimum: 1, maximum: 10_000_000 }),
    burst: t.Integer({ minimum: 1, maximum: 1_000_000, description: 'So many may come at the same moment' }),
  },
  { additionalProperties: false },
)

/** How many requests with keys a project takes; null is without a limit: `key` for each key, `project` for all of them together. */
export const Limits = t.Object(
  { key: nullable(Limit), project: nullable(Limit) },
  { additionalProperties: false },
)
export type Limits = Static<typeof Limits>

export const NO_LIMITS: Limits = { key: null, project: null }
