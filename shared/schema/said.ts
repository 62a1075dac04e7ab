import { Type as t, type Static } from '@sinclair/typebox'
import { Count, Id, IdempotencyKey, JsonObject, Label, maybe, Time } from './scalars.ts'

/** Token counts and cost of one model call. Input tokens include cached ones; cost is in US dollars. */
const usage = {
  model: maybe(Label),
  provider: maybe(Label),
  input_tokens: maybe(Count),
  output_tokens: maybe(Count),
  cache_read_tokens: maybe(Count),
  reasoning_tokens: maybe(Count),
  cost_usd: maybe(t.Number({ minimum: 0, maximum: 1_000_000 })),
}

/** What a client says of a trace. */
export const SaidTrace = t.Object({
  trace_id: Id,
  external_trace_id: maybe(t.String({ maxLength: 255 })),
  name: maybe(Label),
  status: maybe(t.String({ maxLength: 32 })),
  start_time: Time,
  end_time: maybe(Time),
  attributes: maybe(JsonObject),
  tags: maybe(t.Array(Label, { maxItems: 100 })),
  model: maybe(Label),
  environment: maybe(Label),
  release: maybe(Label),
  user_id: maybe(Label),
  session_id: maybe(Label),
  input_text: maybe(t.String()),
  output_text: maybe(t.String()),
  user_review_passed: maybe(t.Boolean()),
})
export type SaidTrace = Static<typeof SaidTrace>

/** What a client says of a span in a trace batch. */
export const SaidSpan = t.Object({
  span_id: Id,
  trace_id: Id,
  parent_span_id: maybe(Id),
  name: t.String({ maxLength: 1024 }),
  span_type: maybe(t.String({ maxLength: 64 })),
  status: maybe(t.String({ maxLength: 32 })),
  start_time: Time,
  end_time: maybe(Time),
  error: maybe(t.String()),
  input: t.Optional(t.Unknown()),
  output: t.Optional(t.Unknown()),
  attributes: maybe(JsonObject),
  ...usage,
  idempotency_key: IdempotencyKey,
})
export type SaidSpan = Static<typeof SaidSpan>

export const EVENT_TYPES = ['SPAN_STARTED', 'SPAN_ENDED', 'LOG', 'EVENT', 'AMENDMENT'] as const

/** One entry of the append-only event stream. */
export const SaidEvent = t.Object({
  trace_id: Id,
  span_id: maybe(Id),
  event_type: t.Union(EVENT_TYPES.map((name) => t.Literal(name))),
  event_time: Time,
  payload: maybe(JsonObject),
  idempotency_key: IdempotencyKey,
})
export type SaidEvent = Static<typeof SaidEvent>

/** The part of an event's payload that the hub reads; the rest is kept as sent. */
export const SpanPayload = t.Object({
  name: maybe(t.String({ maxLength: 1024 })),
  span_type: maybe(t.String({ maxLength: 64 })),
  status: maybe(t.String({ maxLength: 32 })),
  parent_span_id: maybe(Id),
  error: maybe(t.String()),
  input: t.Optional(t.Unknown()),
  output: t.Optional(t.Unknown()),
  attributes: maybe(JsonObject),
  ...usage,
})

/** What an AMENDMENT may change; a null or unknown member is an error, since nothing may vanish silently. */
export const SpanPatch = t.Object(
  {
    name: t.Optional(t.String({ maxLength: 1024 })),
    span_type: t.Optional(t.String({ maxLength: 64 })),
    status: t.Optional(t.String({ maxLength: 32 })),
    error: t.Optional(t.String()),
    input: t.Optional(t.Unknown()),
    output: t.Optional(t.Unknown()),
    attributes: t.Optional(JsonObject),
    model: t.Optional(Label),
    provider: t.Optional(Label),
    input_tokens: t.Optional(Count),
    output_tokens: t.Optional(Count),
    cache_read_tokens: t.Optional(Count),
    reasoning_tokens: t.Optional(Count),
    cost_usd: t.Optional(t.Number({ minimum: 0, maximum: 1_000_000 })),
  },
  { additionalProperties: false },
)

/** One visit of a LangGraph node. Without `visit` or `span_id` a visit is told by its start time. */
export const SaidNode = t.Object({
  node_id: t.String({ minLength: 1, maxLength: 255, format: 'printable' }),
  node_name: t.String({ maxLength: 255 }),
  node_type: maybe(t.String({ maxLength: 64 })),
  parent_node_id: maybe(t.String({ minLength: 1, maxLength: 255 })),
  parent_node_ids: maybe(t.Array(t.String({ minLength: 1, maxLength: 255 }), { maxItems: 1000 })),
  span_id: maybe(Id),
  visit: maybe(t.Integer({ minimum: 1, maximum: 1_000_000 })),
  status: maybe(t.String({ maxLength: 32 })),
  start_time: Time,
  end_time: maybe(Time),
  input_state: maybe(JsonObject),
  output_state: maybe(JsonObject),
  metadata: maybe(JsonObject),
  error: maybe(t.String()),
  ...usage,
  idempotency_key: IdempotencyKey,
})
export type SaidNode = Static<typeof SaidNode>

/** The topology that a LangGraph app declares of itself; `conditional` edges may or may not be taken. */
const DeclaredGraph = t.Object({
  nodes: t.Array(t.Object({ id: t.String({ maxLength: 255 }), name: maybe(Label) }), { maxItems: 1000 }),
  edges: t.Array(
    t.Object({
      source: t.String({ maxLength: 255 }),
      target: t.String({ maxLength: 255 }),
      conditional: maybe(t.Boolean()),
    }),
    { maxItems: 10_000 },
  ),
})

/** The header of a LangGraph run; its nodes are items of their own. */
export const SaidRun = t.Object({
  trace_id: Id,
  run_id: t.String({ minLength: 1, maxLength: 255, format: 'printable' }),
  graph_name: t.String({ minLength: 1, maxLength: 255 }),
  status: maybe(t.String({ maxLength: 32 })),
  start_time: Time,
  end_time: maybe(Time),
  model: maybe(Label),
  environment: maybe(Label),
  release: maybe(Label),
  user_id: maybe(Label),
  session_id: maybe(Label),
  input_text: maybe(t.String()),
  output_text: maybe(t.String()),
  attributes: maybe(JsonObject),
  tags: maybe(t.Array(Label, { maxItems: 100 })),
  graph: maybe(DeclaredGraph),
})
export type SaidRun = Static<typeof SaidRun>

/** A score or verdict on a trace or a span (OpenTelemetry `gen_ai.evaluation.*`). */
export const SaidEval = t.Object({
  trace_id: maybe(Id),
  span_id: maybe(Id),
  eval_name: t.String({ minLength: 1, maxLength: 255 }),
  eval_model: t.String({ minLength: 1, maxLength: 255 }),
  score: t.Number(),
  passed: t.Boolean(),
  label: maybe(Label),
  explanation: maybe(t.String({ maxLength: 10_000 })),
  metadata: maybe(JsonObject),
  user_review_passed: maybe(t.Boolean()),
  /** When it was made; without it, when it is received. */
  created_at: maybe(Time),
  idempotency_key: IdempotencyKey,
})
export type SaidEval = Static<typeof SaidEval>
