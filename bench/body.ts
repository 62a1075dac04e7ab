/** A small seeded generator (xorshift32), so that two runs send the same texts. */
function dice(seed: number) {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4_294_967_296
  }
}

const roll = dice(12_345)
const SYLLABLES =
  'ka to mi ra ne so lu vi den par con ter ment ing ed re tion al is ver qua pro ex ate ly im on'.split(' ')
const WORDS = Array.from({ length: 20_000 }, () =>
  Array.from(
    { length: 1 + Math.floor(roll() * 4) },
    () => SYLLABLES[Math.floor(roll() * SYLLABLES.length)],
  ).join(''),
)

/** Skewed words, which compress about as badly as real text. */
function text(bytes: number): string {
  let words = ''
  while (words.length < bytes) words += `${WORDS[Math.floor(roll() ** 3 * WORDS.length)]} `
  return words.slice(0, bytes)
}

const KINDS = ['llm', 'tool', 'retriever', 'chain', 'judge']
const MODELS = ['gpt-4.1-mini', 'gpt-4.1', 'claude-sonnet-4', 'gemini-2.5-pro']

/** One request of `POST /api/v1/ingest/traces`: a trace of its own with some spans of about `bytes` of text each. */
export function makeBody(spans: number, bytes: number) {
  const trace_id = crypto.randomUUID()
  const start = Date.now()
  const at = (offset: number) => new Date(start + offset).toISOString()
  const ids = Array.from({ length: spans }, () => crypto.randomUUID())
  return {
    trace: {
      trace_id,
      name: `run-${Math.floor(roll() * 40)}`,
      status: 'success',
      start_time: at(0),
      end_time: at(spans * 45),
      environment: 'prod',
      user_id: `u-${Math.floor(roll() * 5000)}`,
      session_id: `s-${Math.floor(roll() * 20_000)}`,
      input_text: text(200),
      output_text: text(200),
    },
    spans: ids.map((span_id, index) => {
      const kind = index === 0 ? 'agent' : (KINDS[Math.floor(roll() * KINDS.length)] ?? 'llm')
      return {
        span_id,
        trace_id,
        parent_span_id: index === 0 ? null : (ids[Math.floor(roll() * index)] ?? null),
        name: `${kind}-${index}`,
        span_type: kind,
        status: roll() < 0.03 ? 'error' : 'success',
        start_time: at(index * 40),
        end_time: at(index * 40 + Math.floor(roll() * 900)),
        model: kind === 'llm' ? (MODELS[Math.floor(roll() * MODELS.length)] ?? null) : null,
        input_tokens: kind === 'llm' ? Math.floor(roll() * 3000) : null,
        output_tokens: kind === 'llm' ? Math.floor(roll() * 800) : null,
        input: { messages: [{ role: 'user', content: text(bytes * 0.7) }] },
        output: { role: 'assistant', content: text(bytes * 0.3) },
        attributes: { temperature: 0.2, retries: 0 },
        idempotency_key: `${span_id}:end`,
      }
    }),
  }
}

export type BenchBody = ReturnType<typeof makeBody>
