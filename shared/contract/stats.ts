import { Type as t } from '@sinclair/typebox'
import { nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const Number = nullable(t.Number())
const Quantile = nullable(
  t.Number({
    description: 'Milliseconds, with a relative error of at most 1 %; null when no trace has ended',
  }),
)
const Counts = t.Record(t.String(), t.Integer())

const figures = {
  traces: t.Object({
    total: t.Integer(),
    running: t.Integer(),
    success: t.Integer(),
    error: t.Integer(),
    interrupted: t.Integer(),
    cancelled: t.Integer(),
  }),
  input_tokens: t.Integer(),
  output_tokens: t.Integer(),
  cost_usd: Number,
  p50_ms: Quantile,
  p95_ms: Quantile,
  p99_ms: Quantile,
  ended: t.Integer({ description: 'Traces that have ended, of which the quantiles are' }),
  over_sla: nullable(
    t.Integer({
      description:
        'Ended traces that took longer than sla_ms, those within 2 % of it as either; null without sla_ms',
    }),
  ),
  decisions: Counts,
}

const Bucket = t.Object({ start_time: t.String(), ...figures })

const Totals = t.Object({
  start_time: t.String(),
  end_time: t.String(),
  ...figures,
  stale: t.Integer({ description: 'Those of the running ones that went quiet' }),
  environments: Counts,
})

const Model = t.Object({
  model: nullable(t.String({ description: 'Null: spans that bear usage and name no model' })),
  spans: t.Integer(),
  errors: t.Integer(),
  input_tokens: nullable(t.Integer()),
  output_tokens: nullable(t.Integer()),
  cost_usd: Number,
})

/** The figures of a window as they went, and those of the equally long window before it. */
export const series = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/stats/series',
  summary: 'Counts, latency, tokens and cost over time, of the traces that started in the window',
  tag: 'Traces',
  auth: 'read',
  query: t.Object({
    last_hours: t.Optional(
      t.Integer({ minimum: 1, maximum: 2160, description: 'Default 24; not together with start_time' }),
    ),
    start_time: t.Optional(t.String({ description: 'RFC 3339; the first moment of the window' })),
    end_time: t.Optional(t.String({ description: 'RFC 3339; the moment after the window. Default: now' })),
    buckets: t.Optional(
      t.Integer({
        minimum: 1,
        maximum: 120,
        description:
          'At most so many, default 48. Windows over 6 hours have buckets of whole hours, shorter ones of whole minutes; edges lie on multiples of that length, so the first and the last may be cut by the window',
      }),
    ),
    sla_ms: t.Optional(t.Integer({ minimum: 1, maximum: 604_800_000 })),
  }),
  response: t.Object({
    bucket_seconds: t.Integer(),
    totals: Totals,
    previous: Totals,
    buckets: t.Array(Bucket),
    models: t.Array(Model, { description: 'The 100 with the most spans' }),
    models_total: t.Integer(),
    span_types: Counts,
  }),
})
