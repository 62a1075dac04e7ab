import { Type as t } from '@sinclair/typebox'
import { Id, nullable, Sought } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'
import { Evaluation } from './ingest.ts'

const tag = 'Evaluations'
const Share = nullable(
  t.Number({ description: 'From 0 to 1, as the evaluations said; null where there is none' }),
)

const Mean = nullable(t.Number({ description: 'Without scores of 1e100 and more, which have no mean' }))

/** An evaluation where it stands among those of other traces. */
const ListedEvaluation = t.Composite([
  t.Omit(Evaluation, ['trace_id']),
  t.Object({ trace_id: t.String(), trace_name: nullable(t.String()) }),
])

export const listEvals = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/evals',
  summary: 'Evaluations, newest first',
  tag,
  auth: 'read',
  query: t.Object({
    eval_name: t.Optional(Sought),
    passed: t.Optional(t.Boolean()),
    label: t.Optional(Sought),
    trace_id: t.Optional(Id),
    page_size: t.Optional(t.Integer({ minimum: 1, maximum: 100, description: 'Default 50' })),
    cursor: t.Optional(t.String({ maxLength: 200, description: 'next_cursor of the page before' })),
  }),
  response: t.Object({
    items: t.Array(ListedEvaluation),
    next_cursor: nullable(
      t.String({
        description:
          'Null at the end. A page looks through 20,000 evaluations at most, so it may be short and yet have a next',
      }),
    ),
  }),
})

const Day = t.Object({
  day: t.String({ description: 'UTC, YYYY-MM-DD' }),
  count: t.Integer(),
  passed: t.Integer(),
  mean_score: Mean,
})

export const evalTrend = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/evals/trend',
  summary: 'Pass rate and mean score of each evaluation name, day by day',
  tag,
  auth: 'read',
  query: t.Object({
    last_days: t.Optional(
      t.Integer({ minimum: 1, maximum: 90, description: 'UTC days, today the last; default 14' }),
    ),
  }),
  response: t.Object({
    first_day: t.String(),
    last_day: t.String(),
    names_total: t.Integer(),
    names: t.Array(
      t.Object({
        eval_name: t.String(),
        count: t.Integer(),
        passed: t.Integer(),
        pass_rate: Share,
        mean_score: Mean,
        reviewed: t.Integer({ description: 'Those that a person has reviewed' }),
        overturned: t.Integer({ description: 'Reviewed ones where the person judged otherwise' }),
        days: t.Array(Day, { description: 'Every day of the window, oldest first' }),
      }),
      { description: 'The 50 names with the most evaluations' },
    ),
  }),
})
