import { Type as t } from '@sinclair/typebox'
import { nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'
import { ListedTrace } from './traces.ts'

/** What a trace's risk is made of, and the most that each can add. */
export const RISK_POINTS = {
  error: 55,
  block: 35,
  escalate: 25,
  open_spans: 20,
  review_failed: 20,
  incomplete: 20,
} as const

export type RiskTerm = keyof typeof RISK_POINTS

const term = (name: RiskTerm) => t.Literal(name)

const Risky = t.Object({
  trace: ListedTrace,
  risk: t.Integer({ minimum: 0, maximum: 100, description: 'The sum of its terms, at most 100' }),
  terms: t.Array(
    t.Object({
      term: t.Union([
        term('error'),
        term('block'),
        term('escalate'),
        term('open_spans'),
        term('review_failed'),
        term('incomplete'),
      ]),
      points: t.Integer(),
    }),
    { description: 'incomplete: 20 times the share of its spans that have not ended; the others are fixed' },
  ),
  over_sla: t.Boolean({ description: 'It has ended and took longer than sla_ms' }),
})

/** The traces of a window that should be looked at first, and why. */
export const priorityQueue = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/stats/priority',
  summary: 'Traces that failed, took too long or bear a risk of 70 or more; the riskiest first',
  tag: 'Traces',
  auth: 'read',
  query: t.Object({
    last_hours: t.Optional(
      t.Integer({ minimum: 1, maximum: 2160, description: 'Default 24; not together with start_time' }),
    ),
    start_time: t.Optional(t.String({ description: 'RFC 3339; the first moment of the window' })),
    end_time: t.Optional(t.String({ description: 'RFC 3339; the moment after the window. Default: now' })),
    sla_ms: t.Optional(t.Integer({ minimum: 1, maximum: 604_800_000 })),
    limit: t.Optional(t.Integer({ minimum: 1, maximum: 50, description: 'Default 10' })),
  }),
  response: t.Object({
    items: t.Array(Risky),
    total: t.Integer({ description: 'All that belong in the queue, among those looked at' }),
    looked_at: nullable(
      t.Integer({
        description:
          'Null when every trace of the window was looked at; else the number of newest traces, of newest failed ones and of newest decided ones',
      }),
    ),
  }),
})
