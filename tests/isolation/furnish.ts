import { textFile } from '../attachments/files.ts'
import { multipart, MULTIPART, run } from '../attachments/send-runs.ts'
import { ADMIN_KEY, type House } from './open-house.ts'

type Json = Record<string, unknown>

const POLICY = {
  version: 2,
  rules: [{ id: 'person', when: 'request.kind == "person"', then: 'ESCALATE', severity: 'high', case: true }],
  tests: [{ name: 'a person', given: { request: { kind: 'person' } }, expect: { action: 'ESCALATE' } }],
}

export const definition = (more: Json = {}): Json => ({ ...POLICY, ...more })

/** The value at a path of an answer, as the text that it is. */
export function textAt(answer: unknown, ...path: (string | number)[]): string {
  let value = answer
  for (const step of path) {
    const at: PropertyDescriptor | undefined =
      typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, step) : undefined
    value = at?.value
  }
  if (typeof value !== 'string') throw new Error(`no text at ${path.join('.')}: ${JSON.stringify(answer)}`)
  return value
}

const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()

/** Sends as a key and gives the answer, which must be fine. */
export async function tell(
  { api }: House,
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(`${api}${path}`, { method, headers, ...sent })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} gave ${response.status}: ${text}`)
  return JSON.parse(text)
}

const span = (trace_id: string, span_id: string): Json => ({
  ...{ trace_id, span_id, name: 'answer', span_type: 'llm', model: 'gpt-4.1' },
  ...{ start_time: at(-5), end_time: at(-4), input: 'a', output: 'b', idempotency_key: crypto.randomUUID() },
})

async function project(house: House) {
  const made = await tell(house, ADMIN_KEY, 'POST', '/api/v1/projects', { name: crypto.randomUUID() })
  const project_id = textAt(made, 'id')
  const rotated = await tell(house, ADMIN_KEY, 'POST', `/api/v1/projects/${project_id}/rotate-key`)
  return { project_id, key: textAt(rotated, 'api_key') }
}

type Spot = { key: string; word: string; trace_id: string; span_id: string }

/** A file for a span that is there; gives its id. */
async function attach(house: House, { key, word, trace_id, span_id }: Spot): Promise<string> {
  const { body, type } = multipart([
    run([textFile('note', 'text/plain', word)], { id: span_id, trace_id, name: 'answer' }),
  ])
  const headers = { 'x-api-key': key, 'content-type': type }
  const response = await fetch(`${house.api}${MULTIPART}`, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`${MULTIPART} gave ${response.status}: ${await response.text()}`)
  const answer = await tell(house, key, 'GET', `/api/v1/traces/${trace_id}/spans/${span_id}`)
  return textAt(answer, 'span', 'attachments', 0, 'id')
}

/** A project with one of everything that an id can name; its words are its own. */
export async function furnish(house: House) {
  const { project_id, key } = await project(house)
  const word = `secret-${project_id.slice(0, 8)}`
  const [trace_id, span_id, session_id] = [
    crypto.randomUUID(),
    crypto.randomUUID(),
    `session ${crypto.randomUUID()}`,
  ]
  const send = (method: string, path: string, body?: unknown) => tell(house, key, method, path, body)
  await send('POST', '/api/v1/ingest/traces', {
    trace: { trace_id, name: word, start_time: at(-9), end_time: at(-1), status: 'success', session_id },
    spans: [span(trace_id, span_id)],
  })
  const policy = await send('POST', '/api/v1/policies', { name: word, definition: POLICY, active: true })
  const policy_id = textAt(policy, 'policy', 'id')
  await send('POST', `/api/v1/policies/${policy_id}/versions`, { definition: definition(), active: true })
  const hook = house.receiver.hook().url
  const subscription = { url: hook, events: ['*'], description: word }
  const subscription_id = textAt(await send('POST', '/api/v1/subscriptions', subscription), 'id')
  const tested = await send('POST', `/api/v1/subscriptions/${subscription_id}/test`)
  const decided = await send('POST', '/api/v1/decide', {
    ...{
      idempotency_key: 'the first',
      trace_id,
      request_payload: { kind: 'person' },
      input: 'a',
      output: 'b',
    },
  })
  const cases = await send('GET', '/api/v1/cases')
  const alert = { name: word, metric: 'cost', threshold: 5, window_minutes: 5 }
  const keys = await tell(house, ADMIN_KEY, 'GET', `/api/v1/projects/${project_id}/keys`)
  return {
    ...{ project_id, key, word, trace_id, span_id, session_id, policy_id, subscription_id },
    hook,
    attachment_id: await attach(house, { key, word, trace_id, span_id }),
    delivery_id: textAt(tested, 'delivery', 'id'),
    decision_id: textAt(decided, 'decision', 'id'),
    case_id: textAt(cases, 'items', 0, 'id'),
    alert_id: textAt(await send('POST', '/api/v1/alerts', alert), 'id'),
    key_id: textAt(keys, 0, 'id'),
  }
}

export type Furnished = Awaited<ReturnType<typeof furnish>>
