import type { Fields, Line, Span, Story, Verdict } from './story.ts'

/** A request to the hub. */
export type Request = { path: string; body: Fields }

/** Milliseconds of a story as the hub takes them. */
const timeAt = (start: number, at: number): string => new Date(start + Math.round(at)).toISOString()

/** What a trace says of itself when it begins, or when it has ended; the same for a run. */
export function header(
  { trace_id, header: said, status, end }: Story,
  start: number,
  has_ended: boolean,
): Fields {
  const { output_text, reviewed, ...rest } = said
  const begun = { trace_id, ...rest, start_time: timeAt(start, 0) }
  if (!has_ended || end === null) return { ...begun, status: 'running' }
  return { ...begun, status, end_time: timeAt(start, end), output_text, user_review_passed: reviewed }
}

/** A span as a trace carries it: whole, or still open. */
export const wholeSpan = (trace_id: string, span: Span, start: number): Fields => ({
  span_id: span.id,
  trace_id,
  parent_span_id: span.parent,
  name: span.name,
  span_type: span.type,
  status: span.status,
  start_time: timeAt(start, span.start),
  end_time: span.end === null ? undefined : timeAt(start, span.end),
  error: span.error,
  input: span.input,
  output: span.output,
  attributes: span.attributes,
  ...span.usage,
  idempotency_key: span.id,
})

const event = (
  trace_id: string,
  span_id: string,
  type: string,
  time: string,
  payload: Fields,
  key: string,
): Fields => ({
  trace_id,
  span_id,
  event_type: type,
  event_time: time,
  payload,
  idempotency_key: key,
})

export const spanStarted = (trace_id: string, span: Span, start: number): Fields =>
  event(
    trace_id,
    span.id,
    'SPAN_STARTED',
    timeAt(start, span.start),
    {
      name: span.name,
      span_type: span.type,
      parent_span_id: span.parent,
      model: span.usage?.model,
      provider: span.usage?.provider,
      input: span.input,
      attributes: span.attributes,
    },
    `${span.id}:start`,
  )

export const spanEnded = (trace_id: string, span: Span, start: number): Fields =>
  event(
    trace_id,
    span.id,
    'SPAN_ENDED',
    timeAt(start, span.end ?? span.start),
    {
      status: span.status,
      parent_span_id: span.parent,
      error: span.error,
      output: span.output,
      ...span.usage,
    },
    `${span.id}:end`,
  )

export const logLine = (trace_id: string, { at, span, message, fields }: Line, start: number): Fields =>
  event(trace_id, span, 'LOG', timeAt(start, at), { message, ...fields }, `${span}:log:${at}:${message}`)

/** A visit of a LangGraph node, begun or ended. */
export function visit(span: Span, start: number, has_ended: boolean): Fields {
  const begun = {
    span_id: span.id,
    node_id: span.node?.id,
    node_name: span.name,
    node_type: span.node?.type,
    parent_node_ids: span.node?.parents,
    visit: span.node?.visit,
    start_time: timeAt(start, span.start),
    input_state: span.input,
    metadata: span.attributes,
  }
  if (!has_ended || span.end === null)
    return { ...begun, status: 'running', idempotency_key: `${span.id}:start` }
  return {
    ...begun,
    status: span.status,
    end_time: timeAt(start, span.end),
    output_state: span.output,
    error: span.error,
    ...span.usage,
    idempotency_key: `${span.id}:end`,
  }
}

export const evaluation = (trace_id: string, verdict: Verdict): Request => ({
  path: '/api/v1/evals',
  body: {
    trace_id,
    span_id: verdict.span,
    eval_name: verdict.name,
    eval_model: verdict.model,
    score: verdict.score,
    passed: verdict.passed,
    label: verdict.label,
    explanation: verdict.explanation,
    user_review_passed: verdict.reviewed,
    idempotency_key: `${verdict.name}:${verdict.span ?? 'trace'}`,
  },
})

export const traceRequest = (trace: Fields, spans: Fields[] = []): Request => ({
  path: '/api/v1/ingest/traces',
  body: { trace, spans },
})

export const eventsRequest = (events: Fields[]): Request => ({
  path: '/api/v1/ingest/spans',
  body: { events },
})

/** A run's name is that of its graph. */
export function runRequest({ run }: Story, { name: _graph, ...said }: Fields, nodes: Fields[]): Request {
  return { path: '/api/v1/ingest/langgraph-runs', body: { ...said, ...run, nodes } }
}
