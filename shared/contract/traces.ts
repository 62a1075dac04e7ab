import { Type as t } from '@sinclair/typebox'
import { Id, JsonObject, nullable } from '../schema/scalars.ts'
import { Attachment } from './attachments.ts'
import { Decision, JudgeRun } from './decide.ts'
import { endpoint } from './endpoint.ts'
import { Evaluation } from './ingest.ts'
import { SearchHit } from './search-hit.ts'
import { filters } from './trace-filters.ts'

const tag = 'Traces'
const Text = nullable(t.String())
const Number = nullable(t.Number())

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
  decision: nullable(JsonObject),
  user_review_passed: nullable(t.Boolean()),
  version: t.Integer({ description: 'Rises with every change that a page could show' }),
  created_at: t.String(),
  updated_at: t.String(),
})

/** A trace in a list of many, with how its evaluations came out. */
export const TraceInList = t.Composite([
  ListedTrace,
  t.Object({ evaluations: t.Object({ passed: t.Integer(), total: t.Integer() }) }),
])

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
  attachments: t.Array(Attachment),
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
    as_of: t.Optional(
      t.String({
        maxLength: 200,
        description: 'as_of of an earlier answer: later traces are counted, not listed',
      }),
    ),
    ...filters,
  }),
  response: t.Object({
    items: t.Array(
      t.Composite([
        TraceInList,
        t.Object({
          found: t.Optional(t.Array(SearchHit, { description: 'With a search: what its spans say' })),
        }),
      ]),
    ),
    page: t.Integer(),
    page_size: t.Integer(),
    total: t.Integer({ description: 'Exact up to 10,000; on a full page up to two seconds old' }),
    total_capped: t.Boolean(),
    next_cursor: Text,
    as_of: nullable(t.String({ description: 'Where the first page begins; null without a trace' })),
    newer: t.Integer({ description: 'Matching traces later than as_of, up to 100' }),
    search_scope: nullable(
      t.String({
        description: 'full: the texts of all spans; else how far the search went; null without one',
      }),
    ),
  }),
})

export const exportTraces = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/export',
  summary: 'All traces that match, newest first, one JSON object a line (application/x-ndjson)',
  tag,
  auth: 'read',
  query: t.Object(filters),
  response: TraceInList,
})

const Counted = t.Array(t.Object({ value: t.String(), count: t.Integer() }))

/** What the traces of a project say, for who wants to choose from it. */
export const listValues = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/values',
  summary: 'The most frequent values of each field in the newest 10,000 traces of a window',
  tag,
  auth: 'read',
  query: t.Object({ start_time: filters.start_time, end_time: filters.end_time }),
  response: t.Object({
    traces: t.Integer({ description: 'How many traces were looked at' }),
    is_all: t.Boolean({ description: 'Whether those were all of the window' }),
    fields: t.Object({
      status: Counted,
      model: Counted,
      environment: Counted,
      user_id: Counted,
      session_id: Counted,
      release: Counted,
      name: Counted,
      tag: Counted,
      decision: Counted,
    }),
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
      t.Union([t.Literal('full'), t.Literal('tree'), t.Literal('none')], {
        description:
          'full (default): the first 2,000 spans and events with payloads. tree: the first 20,000 spans without payloads, no timeline; the tree endpoint has them all. none: no spans, no timeline',
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
    decision_history: t.Array(Decision, { description: 'The newest 100, newest first' }),
    judge_runs: t.Array(JudgeRun, { description: 'The newest 200, newest first' }),
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
