import { Type as t } from '@sinclair/typebox'
import { SaidEval, SaidEvent, SaidNode, SaidRun, SaidSpan, SaidTrace } from '../schema/said.ts'
import { JsonObject, nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const Rejected = t.Object({
  index: t.Integer({ description: 'Position in the array as sent' }),
  id: nullable(t.String({ description: 'The id of the item, when it has a readable one' })),
  code: t.String(),
  detail: t.String(),
})

/** What became of the items: every one is accepted, a duplicate, or named in `rejected`. */
const outcome = {
  accepted: t.Integer({ description: 'Items stored by this request' }),
  duplicates: t.Integer({ description: 'Items that had been stored before, with the same body' }),
  rejected: t.Array(Rejected),
}

const strict = {
  allow_missing_parent: t.Optional(
    t.Boolean({ description: 'Default true. False: an unknown parent_span_id rejects the request with 400' }),
  ),
}

/** `POST /ingest/traces`: a trace and some of its spans. */
export const ingestTraces = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/v1/ingest/traces',
  summary: 'Store a trace and some of its spans',
  tag: 'Ingestion',
  auth: 'ingest',
  body: t.Object({
    trace: SaidTrace,
    spans: t.Optional(t.Array(SaidSpan, { maxItems: 5000 })),
    ...strict,
  }),
  response: t.Object({ trace_id: t.String(), ingested_spans: t.Integer(), ...outcome }),
})

export const ingestSpans = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/v1/ingest/spans',
  summary: 'Append events: span starts and ends, logs, amendments',
  tag: 'Ingestion',
  auth: 'ingest',
  body: t.Object({ events: t.Array(SaidEvent, { maxItems: 5000 }), ...strict }),
  response: t.Object({ ingested_events: t.Integer(), ...outcome }),
})

export const ingestRun = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/v1/ingest/langgraph-runs',
  summary: 'Store a LangGraph run and the visits of its nodes',
  tag: 'Ingestion',
  auth: 'ingest',
  body: t.Composite([
    SaidRun,
    t.Object({ nodes: t.Optional(t.Array(SaidNode, { maxItems: 10_000 })), ...strict }),
  ]),
  response: t.Object({
    trace_id: t.String(),
    run_id: t.String(),
    graph_name: t.String(),
    nodes_received: t.Integer(),
    events_result: t.Object({ ingested_events: t.Integer() }),
    ...outcome,
  }),
})

/** An evaluation as it is stored and listed. */
export const Evaluation = t.Object({
  id: t.String(),
  trace_id: nullable(t.String()),
  span_id: nullable(t.String()),
  eval_name: t.String(),
  eval_model: t.String(),
  score: t.Number(),
  passed: t.Boolean(),
  label: nullable(t.String()),
  explanation: nullable(t.String()),
  metadata: JsonObject,
  user_review_passed: nullable(t.Boolean()),
  created_at: t.String(),
})

export const attachEval = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/v1/evals',
  summary: 'Attach an evaluation to a trace or a span',
  tag: 'Ingestion',
  auth: 'act',
  body: SaidEval,
  response: Evaluation,
})
