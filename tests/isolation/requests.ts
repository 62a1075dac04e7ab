import type { Endpoint } from '#shared/contract/endpoint.ts'
import { multipart, run } from '../attachments/send-runs.ts'
import { definition, type Furnished } from './furnish.ts'

type Asked = {
  query?: Record<string, string>
  body?: unknown
  bytes?: { body: Uint8Array<ArrayBuffer>; type: string }
}

const EMPTY = { body: {} }
const key = () => crypto.randomUUID()
const START = '2026-11-01T00:00:00Z'
const node = () => ({ node_id: 'n', node_name: 'n', start_time: START, idempotency_key: key() })
const event = (trace_id: string) => ({
  ...{ trace_id, span_id: 's', event_type: 'LOG', event_time: START, payload: {}, idempotency_key: key() },
})
const watch = () => ({ metric: 'cost', threshold: 5, window_minutes: 5 })
const clock = { ack_seconds: 600, resolve_seconds: 6000 }
const settings = {
  sla: { critical: clock, high: clock, medium: clock, low: clock },
  ...{ group_window_seconds: 600, reopen_window_seconds: 600 },
}

/** What the doors of LangSmith take, at each of their places. */
const langsmith = (prefix: string): Record<string, (home: Furnished) => Asked> => ({
  [`POST ${prefix}/runs/multipart`]: ({ trace_id }) => ({ bytes: multipart([run([], { trace_id })]) }),
  [`POST ${prefix}/runs/batch`]: ({ trace_id }) => ({
    body: { post: [{ id: key(), trace_id, start_time: START }] },
  }),
  [`POST ${prefix}/runs`]: ({ trace_id }) => ({ body: { id: key(), trace_id, start_time: START } }),
  [`PATCH ${prefix}/runs/:run_id`]: () => ({ body: { trace_id: key(), end_time: START } }),
  [`POST ${prefix}/feedback`]: ({ span_id }) => ({ body: { run_id: span_id, key: 'k', score: 1 } }),
})

/** What goes along with each operation that needs more than the ids of its path, so that it is right as it is. */
const ASKED: Record<string, (home: Furnished) => Asked> = {
  'POST /api/v1/ingest/traces': ({ trace_id }) => ({ body: { trace: { trace_id, start_time: START } } }),
  'POST /api/v1/ingest/spans': ({ trace_id }) => ({ body: { events: [event(trace_id)] } }),
  'POST /api/v1/ingest/langgraph-runs': ({ trace_id }) => ({
    body: { trace_id, run_id: 'r', graph_name: 'g', start_time: START, nodes: [node()] },
  }),
  'POST /api/v1/evals': ({ trace_id }) => ({
    body: {
      ...{ trace_id, eval_name: 'e', eval_model: 'm', score: 1, passed: true, idempotency_key: key() },
    },
  }),
  'POST /v1/traces': () => ({ body: { resourceSpans: [] } }),
  'POST /otel/v1/traces': () => ({ body: { resourceSpans: [] } }),
  'POST /api/public/otel/v1/traces': () => ({ body: { resourceSpans: [] } }),
  'POST /api/public/ingestion': () => ({ body: { batch: [] } }),
  'POST /api/public/scores': () => ({ body: [] }),
  ...langsmith(''),
  ...langsmith('/langsmith'),
  ...langsmith('/api/v1'),
  'GET /api/v1/traces/values': () => ({ query: { field: 'name' } }),
  'POST /api/v1/decide': ({ trace_id }) => ({ body: { idempotency_key: key(), trace_id, output: 'b' } }),
  'POST /api/v1/policies': () => ({ body: { name: key(), definition: definition() } }),
  'POST /api/v1/policies/:policy_id/versions': () => ({ body: { definition: definition() } }),
  'POST /api/v1/policies/:policy_id/activate': () => ({ query: { version: '1' } }),
  'GET /api/v1/policies/:policy_id/diff': () => ({ query: { from: '1', to: '2' } }),
  'POST /api/v1/policies/validate': () => ({ body: { definition: definition() } }),
  'POST /api/v1/policies/:policy_id/test': () => EMPTY,
  'POST /api/v1/subscriptions': ({ hook }) => ({ body: { url: hook, events: ['*'] } }),
  'PATCH /api/v1/subscriptions/:subscription_id': () => ({ body: { description: 'changed' } }),
  'PUT /api/v1/cases/settings': () => ({ body: settings }),
  'POST /api/v1/cases/bulk': ({ case_id }) => ({ body: { ids: [case_id], action: 'ack' } }),
  'POST /api/v1/cases/:case_id/ack': () => EMPTY,
  'POST /api/v1/cases/:case_id/resolve': () => EMPTY,
  'POST /api/v1/cases/:case_id/reopen': () => EMPTY,
  'POST /api/v1/cases/:case_id/assign': () => ({ body: { assignee: 'somebody' } }),
  'POST /api/v1/cases/:case_id/comment': () => ({ body: { comment: 'a word' } }),
  'POST /api/v1/alerts': () => ({ body: { name: 'a', ...watch() } }),
  'PATCH /api/v1/alerts/:alert_id': () => ({ body: { name: 'changed' } }),
  'POST /api/v1/alerts/preview': () => ({ body: watch() }),
  'POST /api/v1/projects': () => ({ body: { name: key() } }),
  'POST /api/v1/projects/:project_id/keys': () => ({ body: { name: key() } }),
  'PUT /api/v1/projects/:project_id/settings': () => ({
    body: { retention_days: 3, masking: { detectors: [], keys: [] } },
  }),
}

/** The name of an operation, by which the table has it. */
export const nameOf = ({ method, path }: Pick<Endpoint, 'method' | 'path'>): string => `${method} ${path}`

/** The request of an operation on what is in a project. */
export function requestOf(
  { method, path }: Pick<Endpoint, 'method' | 'path'>,
  home: Furnished,
  base: string,
  headers: Record<string, string>,
): Request {
  const ids: Record<string, string> = { ...home, run_id: home.span_id }
  const url = new URL(
    path.replace(/:(\w+)/g, (_, id: string) => encodeURIComponent(ids[id] ?? `:${id}`)),
    base,
  )
  const asked = ASKED[nameOf({ method, path })]?.(home) ?? {}
  for (const [name, value] of Object.entries(asked.query ?? {})) url.searchParams.set(name, value)
  if (asked.bytes) {
    const { body, type } = asked.bytes
    return new Request(url, { method, headers: { ...headers, 'content-type': type }, body })
  }
  if (asked.body === undefined) return new Request(url, { method, headers })
  const typed = { ...headers, 'content-type': 'application/json' }
  return new Request(url, { method, headers: typed, body: JSON.stringify(asked.body) })
}
