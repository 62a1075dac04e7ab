import { Type as t } from '@sinclair/typebox'
import { Id, JsonObject, nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'
import { Evaluation } from './ingest.ts'

const tag = 'Traces'
const Text = nullable(t.String())
const Number = nullable(t.Number())

const Decision = nullable(JsonObject)

/** A trace as lists show it: texts are previews of at most 200 characters. */
export const ListedTrace = t.Object({
  id: t.String({ description: 'The trace id as first sent' }),
  project_id: t.String(),
  external_trace_id: Text,
  name: Text,
  status: t.String(),
  stale: t.Boolean({ description: 'Spans are open and nothing came for 30 minutes' }),
  start_time: t.String(),
  end_time: Text,
  duration_ms: Number,
  model: Text,
  environment: Text,
  release: Text,
  user_id: Text,
  session_id: Text,
  tags: t.Array(t.String()),
  input_text: Text,
  output_text: Text,
  has_open_spans: t.Boolean(),
  total_spans: t.Integer(),
  ended_spans: t.Integer(),
  error_count: t.Integer(),
  completion_rate: t.Number({ description: 'Ended over total spans; 1 without spans' }),
  input_tokens: t.Integer(),
  output_tokens: t.Integer(),
  cost_usd: Number,
  decision: Decision,
  user_review_passed: nullable(t.Boolean()),
  version: t.Integer({ description: 'Rises with every change that a page could show' }),
  created_at: t.String(),
  updated_at: t.String(),
})

/** A trace in full. */
export const Trace = t.Composite([
  ListedTrace,
  t.Object({ attributes: JsonObject, graph: t.Optional(JsonObject) }),
])

const narrow = {
  id: t.String(),
  parent_span_id: Text,
  name: t.String(),
  span_type: t.String(),
  status: t.String(),
  start_time: Text,
  end_time: Text,
  duration_ms: Number,
  error: Text,
  model: Text,
  provider: Text,
  input_tokens: Number,
  output_tokens: Number,
  cache_read_tokens: Number,
  reasoning_tokens: Number,
  cost_usd: Number,
  cost_source: Text,
  node_id: Text,
  node_name: Text,
  node_type: Text,
  node_visit: nullable(
    t.Integer({ description: 'Which visit of the node this was, in order of start; from 1' }),
  ),
  parent_node_ids: t.Array(t.String()),
  source_ref: nullable(t.Object({ file: Text, line: Number, function: Text })),
}

/** A span without its payload, as the tree shows it. `error` is cut at 500 characters. */
export const TreeSpan = t.Object(narrow)

/** A span with its payload. */
export const Span = t.Object({
  ...narrow,
  project_id: t.String(),
  trace_id: t.String(),
  input: t.Unknown(),
  output: t.Unknown(),
  attributes: JsonObject,
  idempotency_key: Text,
  created_at: t.String(),
})

export const TimelineEntry = t.Object({
  timestamp: t.String(),
  source: t.Union([t.Literal('trace'), t.Literal('span')]),
  source_id: Text,
  event_type: t.String(),
  payload: JsonObject,
})

export const listTraces = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces',
  summary: 'List traces, newest first',
  tag,
  auth: 'read',
  query: t.Object({
    page: t.Optional(t.Integer({ minimum: 1, maximum: 1000 })),
    page_size: t.Optional(t.Integer({ minimum: 1, maximum: 100, description: 'Default 20' })),
    cursor: t.Optional(
      t.String({ maxLength: 200, description: 'next_cursor of the page before; wins over page' }),
    ),
    start_time: t.Optional(t.String({ description: 'RFC 3339; traces that started at this time or later' })),
    end_time: t.Optional(t.String({ description: 'RFC 3339; traces that started at this time or before' })),
    status: t.Optional(t.String({ maxLength: 32 })),
    model: t.Optional(t.String({ maxLength: 255 })),
    environment: t.Optional(t.String({ maxLength: 255 })),
    user_id: t.Optional(t.String({ maxLength: 255 })),
    session_id: t.Optional(t.String({ maxLength: 255 })),
    tag: t.Optional(t.String({ maxLength: 255 })),
    search: t.Optional(t.String({ maxLength: 256, description: 'Literal text in names, ids and previews' })),
  }),
  response: t.Object({
    items: t.Array(ListedTrace),
    page: t.Integer(),
    page_size: t.Integer(),
    total: t.Integer({ description: 'Exact up to 10,000' }),
    total_capped: t.Boolean(),
    next_cursor: Text,
    search_scope: Text,
  }),
})

export const getTrace = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/:trace_id',
  summary: 'One trace: spans, timeline, evaluations',
  tag,
  auth: 'read',
  params: t.Object({ trace_id: Id }),
  query: t.Object({
    spans: t.Optional(
      t.Union([t.Literal('full'), t.Literal('tree')], {
        description:
          'full (default): the first 2,000 spans and events with payloads. tree: all spans without payloads, no timeline',
      }),
    ),
  }),
  response: t.Object({
    trace: Trace,
    spans: t.Array(t.Union([Span, TreeSpan])),
    spans_truncated: t.Boolean(),
    timeline: t.Array(TimelineEntry),
    timeline_truncated: t.Boolean(),
    evaluations: t.Array(Evaluation),
    decision_history: t.Array(JsonObject),
    judge_runs: t.Array(JsonObject),
  }),
})

export const getSpan = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/:trace_id/spans/:span_id',
  summary: 'One span with its payload and events; also found by node id or by UUIDv5 of run_id:node_id',
  tag,
  auth: 'read',
  params: t.Object({
    trace_id: Id,
    span_id: t.String({ minLength: 1, maxLength: 255, format: 'printable' }),
  }),
  response: t.Object({ span: Span, timeline: t.Array(TimelineEntry), evaluations: t.Array(Evaluation) }),
})

export const overview = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/stats/overview',
  summary: 'Counts over the traces that started in the window',
  tag,
  auth: 'read',
  query: t.Object({ last_hours: t.Optional(t.Integer({ minimum: 1, maximum: 168 })) }),
  response: t.Object({
    window_hours: t.Integer(),
    totals: t.Object({
      open_traces: t.Integer(),
      success_traces: t.Integer(),
      error_traces: t.Integer(),
      interrupted_traces: t.Integer(),
      cancelled_traces: t.Integer(),
      stale_traces: t.Integer({ description: 'Those of the open ones that went quiet' }),
      total_traces: t.Integer({
        description: 'The five states together: open, success, error, interrupted, cancelled',
      }),
    }),
    decisions: t.Record(t.String(), t.Integer()),
    span_types: t.Record(t.String(), t.Integer()),
    input_tokens: t.Integer(),
    output_tokens: t.Integer(),
    cost_usd: Number,
    sampled_at: t.String(),
  }),
})

export const ledger = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/ledger',
  summary: 'What was received per hour and protocol: received = stored + duplicate + rejected',
  tag: 'Ledger',
  auth: 'read',
  query: t.Object({ last_hours: t.Optional(t.Integer({ minimum: 1, maximum: 720 })) }),
  response: t.Object({
    window_hours: t.Integer(),
    items: t.Array(
      t.Object({
        hour: t.String(),
        protocol: t.String(),
        requests: t.Integer(),
        received: t.Integer(),
        stored: t.Integer(),
        duplicate: t.Integer(),
        rejected: t.Integer(),
        raw_bytes: t.Integer(),
      }),
    ),
  }),
})
