import { Type as t } from '@sinclair/typebox'
import { nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

/** By what users can be sorted, the largest first. */
export const USER_ORDERS = ['last_seen', 'traces', 'errors', 'tokens', 'cost'] as const

const ListedUser = t.Object({
  id: t.String(),
  traces: t.Integer(),
  errors: t.Integer({ description: 'Traces that ended with an error' }),
  running: t.Integer(),
  input_tokens: t.Integer(),
  output_tokens: t.Integer(),
  cost_usd: nullable(t.Number()),
  first_seen: t.String({ description: 'Start of the first trace in the window' }),
  last_seen: t.String({ description: 'Start of the newest trace in the window' }),
})

export const listUsers = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/users',
  summary: 'Users by the traces that started in the window',
  tag: 'Sessions and users',
  auth: 'read',
  query: t.Object({
    last_hours: t.Optional(t.Integer({ minimum: 1, maximum: 720, description: 'Default 168' })),
    sort: t.Optional(
      t.Union(
        USER_ORDERS.map((name) => t.Literal(name)),
        { description: 'Default last_seen' },
      ),
    ),
    search: t.Optional(
      t.String({ maxLength: 255, format: 'printable', description: 'Literal text in the id, in any case' }),
    ),
    page_size: t.Optional(t.Integer({ minimum: 1, maximum: 100, description: 'Default 50' })),
    cursor: t.Optional(t.String({ maxLength: 1024, description: 'next_cursor of the page before' })),
  }),
  response: t.Object({
    window_hours: t.Integer(),
    items: t.Array(ListedUser),
    next_cursor: nullable(t.String()),
  }),
})
