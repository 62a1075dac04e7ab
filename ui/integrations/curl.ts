import type { Integration, Said } from './integration.ts'

/** A whole trace; its ids are new each time, so that it can be sent again from another page. */
function bodyOf({ question, answer, now }: Said) {
  const trace_id = crypto.randomUUID()
  const at = (ms: number) => new Date(now + ms).toISOString()
  const same = { trace_id, status: 'success', start_time: at(-1200), end_time: at(0) }
  return {
    trace: { ...same, name: 'hello', input_text: question, output_text: answer },
    spans: [
      {
        span_id: crypto.randomUUID(),
        ...same,
        name: 'answer',
        span_type: 'llm',
        model: 'gpt-4.1-mini',
        input_tokens: 21,
        output_tokens: 9,
        input: { messages: [{ role: 'user', content: question }] },
        output: { role: 'assistant', content: answer },
        idempotency_key: 'answer-1',
      },
    ],
  }
}

/** The API itself, as one command. */
export const curl: Integration = {
  id: 'curl',
  title: 'curl',
  steps: (said) => [
    {
      id: 'curl',
      kind: 'run',
      text: [
        `curl -X POST ${said.api}/api/v1/ingest/traces \\`,
        `  -H 'x-api-key: ${said.key}' -H 'content-type: application/json' \\`,
        `  -d '${JSON.stringify(bodyOf(said), null, 2)}'`,
      ].join('\n'),
    },
  ],
}
