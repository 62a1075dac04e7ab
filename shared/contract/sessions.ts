import { Type as t } from '@sinclair/typebox'
import { nullable, Sought } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const tag = 'Sessions and users'
const Text = nullable(t.String())
const Number = nullable(t.Number())

/** What the turns of a session come to; a turn is a trace that names the session. */
const totals = {
  turns: t.Integer(),
  turns_capped: t.Boolean({
    description: 'There are more turns; all figures here are of the newest `turns` only',
  }),
  failed: t.Integer({ description: 'Turns that ended with an error' }),
  running: t.Integer({ description: 'Turns that have not ended' }),
  start_time: t.String({ description: 'Start of the first turn' }),
  last_activity: t.String({ description: 'Start of the newest turn, by which sessions are sorted' }),
  end_time: nullable(t.String({ description: 'The last end of a turn' })),
  input_tokens: t.Integer(),
  output_tokens: t.Integer(),
  cost_usd: Number,
  p50_ms: nullable(t.Number({ description: 'Median duration of the turns that have ended' })),
  busy_ms: t.Number({ description: 'The durations of the ended turns together' }),
}

/** A session as lists show it: texts are previews of at most 200 characters. */
export const ListedSession = t.Object({
  id: t.String(),
  user_id: nullable(t.String({ description: 'Of the newest turn that names one' })),
  ...totals,
  first_input: Text,
  last_output: Text,
})

/** One trace as a turn of a conversation. */
const Turn = t.Object({
  trace_id: t.String(),
  name: Text,
  status: t.String(),
  stale: t.Boolean(),
  start_time: t.String(),
  end_time: Text,
  duration_ms: Number,
  gap_ms: nullable(
    t.Number({
      description: 'From the end of the turn before, or its start while it has none; null for the first turn',
    }),
  ),
  user_id: Text,
  model: Text,
  input_text: Text,
  input_cut: t.Boolean({ description: 'The text was longer; the trace has it in full' }),
  output_text: Text,
  output_cut: t.Boolean(),
  total_spans: t.Integer(),
  error_count: t.Integer(),
  input_tokens: t.Integer(),
  output_tokens: t.Integer(),
  cost_usd: Number,
  evals_passed: t.Integer(),
  evals_failed: t.Integer(),
})

export const listSessions = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/sessions',
  summary: 'Sessions, that of the newest turn first; with user_id by the newest turn of that user',
  tag,
  auth: 'read',
  query: t.Object({
    start_time: t.Optional(
      t.String({ description: 'RFC 3339; sessions whose newest turn started then or later' }),
    ),
    end_time: t.Optional(t.String({ description: 'RFC 3339; … then or before' })),
    user_id: t.Optional(Sought),
    page_size: t.Optional(t.Integer({ minimum: 1, maximum: 100, description: 'Default 20' })),
    cursor: t.Optional(t.String({ maxLength: 200, description: 'next_cursor of the page before' })),
  }),
  response: t.Object({
    items: t.Array(ListedSession),
    next_cursor: nullable(
      t.String({
        description:
          'Null at the end. A page looks through 20,000 traces at most, so it may be short and yet have a next',
      }),
    ),
  }),
})

export const getSession = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/sessions/:session_id',
  summary:
    'One session: its newest turns in order, gaps and totals; answers 304 to the ETag of what has not changed',
  tag,
  auth: 'read',
  params: t.Object({ session_id: Sought }),
  query: t.Object({
    page_size: t.Optional(t.Integer({ minimum: 1, maximum: 100, description: 'Turns at most; default 50' })),
    cursor: t.Optional(t.String({ maxLength: 200, description: 'earlier_cursor: the turns before those' })),
  }),
  response: t.Object({
    session: ListedSession,
    turns: t.Array(Turn, { description: 'Oldest first; texts of at most 8,000 characters' }),
    earlier_cursor: Text,
  }),
})
