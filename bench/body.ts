import { dice, koreanText, text as latinText } from './words.ts'

const KINDS = ['llm', 'tool', 'retriever', 'chain', 'judge']
const MODELS = ['gpt-4.1-mini', 'gpt-4.1', 'claude-sonnet-4', 'gemini-2.5-pro']
const BETWEEN_MS = 40

/** What a trace may say of itself instead of what the dice say. */
export type About = {
  start?: number
  name?: string
  status?: string
  environment?: string
  model?: string
  tags?: string[]
  input_text?: string
  /** Of an open trace neither the root nor the last span has ended. */
  is_open?: boolean
  /** Which share of the spans is in Korean. */
  korean?: number
}

export type BenchBody = ReturnType<typeof makeBody>

const shared = dice(54_321)

function makeTrace(trace_id: string, spans: number, start: number, about: About, roll: () => number) {
  const status = about.status ?? 'success'
  return {
    trace_id,
    name: about.name ?? `run-${Math.floor(roll() * 40)}`,
    status: about.is_open ? 'running' : status,
    start_time: new Date(start).toISOString(),
    end_time: about.is_open ? null : new Date(start + spans * (BETWEEN_MS + 5)).toISOString(),
    environment: about.environment ?? 'prod',
    ...(about.model ? { model: about.model } : {}),
    ...(about.tags ? { tags: about.tags } : {}),
    user_id: `u-${Math.floor(roll() * 5000)}`,
    session_id: `s-${Math.floor(roll() * 20_000)}`,
    input_text: about.input_text ?? latinText(roll, 200),
    output_text: latinText(roll, 200),
  }
}

/** One request of `POST /api/v1/ingest/traces`: a trace of its own with some spans of about `bytes` of text each. */
export function makeBody(spans: number, bytes: number, about: About = {}, roll = shared) {
  const trace_id = crypto.randomUUID()
  const start = about.start ?? Date.now()
  const at = (offset: number) => new Date(start + offset).toISOString()
  const ids = Array.from({ length: spans }, () => crypto.randomUUID())
  return {
    trace: makeTrace(trace_id, spans, start, about, roll),
    spans: ids.map((span_id, index) => {
      const kind = index === 0 ? 'agent' : (KINDS[Math.floor(roll() * KINDS.length)] ?? 'llm')
      const ended_after = index * BETWEEN_MS + Math.floor(roll() * 900)
      const text = about.korean !== undefined && roll() < about.korean ? koreanText : latinText
      const is_open = about.is_open === true && (index === 0 || index === spans - 1)
      return {
        span_id,
        trace_id,
        parent_span_id: index === 0 ? null : (ids[Math.floor(roll() * index)] ?? null),
        name: `${kind}-${index}`,
        span_type: kind,
        status: is_open ? 'running' : roll() < 0.03 ? 'error' : 'success',
        start_time: at(index * BETWEEN_MS),
        end_time: is_open ? null : at(ended_after),
        model: kind === 'llm' ? (MODELS[Math.floor(roll() * MODELS.length)] ?? null) : null,
        input_tokens: kind === 'llm' ? Math.floor(roll() * 3000) : null,
        output_tokens: kind === 'llm' ? Math.floor(roll() * 800) : null,
        input: { messages: [{ role: 'user', content: text(roll, Math.floor(bytes * 0.7)) }] },
        output: { role: 'assistant', content: text(roll, Math.floor(bytes * 0.3)) },
        attributes: { temperature: 0.2, retries: 0 },
        idempotency_key: `${span_id}:end`,
      }
    }),
  }
}
