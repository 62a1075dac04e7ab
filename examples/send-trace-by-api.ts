import { loadEnv, traceUrl } from './env.ts'

// A trace by the API alone, with nothing but fetch: its start, its spans, its end, an evaluation.
loadEnv()
const {
  TRACEHUB_BASE_URL = 'http://localhost:8000',
  TRACEHUB_API_KEY = 'dev-key',
  TRACE_ENV = 'local',
} = process.env

/** Posts to the hub; an answer that is not 2xx, or names an item that it did not take, ends the program. */
async function post(path: string, body: object): Promise<void> {
  const response = await fetch(`${TRACEHUB_BASE_URL}${path}`, {
    method: 'POST',
    headers: { 'x-api-key': TRACEHUB_API_KEY, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`)
  if (/"rejected":\[\{/.test(text)) throw new Error(`${path} did not take everything: ${text}`)
}

const trace_id = crypto.randomUUID()
const root_id = crypto.randomUUID()
const question = 'How long may I return a pair of shoes?'
const answer = 'You have 90 days.'
const started = Date.now()
const at = (ms: number) => new Date(started + ms).toISOString()

const trace = { trace_id, name: 'chat-request', environment: TRACE_ENV, start_time: at(0) }
const root = { trace_id, span_id: root_id, name: 'chat-request', span_type: 'root', start_time: at(0) }

// What has begun is sent while it runs: the trace is on the screen at once.
await post('/api/v1/ingest/traces', {
  trace: { ...trace, status: 'running', user_id: 'user-1', session_id: 'sess-1', input_text: question },
  spans: [{ ...root, status: 'running', idempotency_key: `${root_id}:start` }],
})

const below = { trace_id, parent_span_id: root_id, status: 'success' }
await post('/api/v1/ingest/traces', {
  trace: { ...trace, status: 'success', end_time: at(900), output_text: answer },
  spans: [
    {
      ...{ ...below, span_id: crypto.randomUUID(), name: 'retrieval', span_type: 'retriever' },
      ...{ start_time: at(20), end_time: at(180), idempotency_key: `${root_id}:retrieval` },
      ...{ input: { query: question }, output: ['Shoes may come back for 90 days.'] },
    },
    {
      ...{ ...below, span_id: crypto.randomUUID(), name: 'generate', span_type: 'llm' },
      ...{ start_time: at(200), end_time: at(880), idempotency_key: `${root_id}:generate` },
      ...{ model: 'gpt-4.1-mini', input_tokens: 84, output_tokens: 12, output: answer },
    },
    { ...root, status: 'success', end_time: at(900), output: answer, idempotency_key: `${root_id}:end` },
  ],
})

await post('/api/v1/evals', {
  ...{ trace_id, eval_name: 'answer_quality', eval_model: 'gpt-4.1-mini', score: 0.91, passed: true },
  idempotency_key: `${trace_id}:answer_quality`,
})

console.log(traceUrl(trace_id))
