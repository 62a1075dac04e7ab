type Said = {
  api: string
  key: string
  question: string
  answer: string
}

/** How a first trace is sent by one way into the hub. */
type Snippet = {
  /** Names the element, and the language. */
  id: string
  title: string
  /** Installs it from a checkout of the hub into the app beside it. */
  install: string
  code: (said: Said) => string
}

/** A text as it is written in JavaScript and in Python. */
const quote = (text: string) => JSON.stringify(text)

/** Each way into the hub has an entry of its own. */
export const SNIPPETS: readonly Snippet[] = [
  {
    id: 'typescript',
    title: 'TypeScript',
    install:
      'npm pack ./sdk/typescript --pack-destination ../my-app && npm install --prefix ../my-app ../my-app/llm-trace-hub-0.1.0.tgz',
    code: ({ api, key, question, answer }) => `import { LLMTraceClient } from 'llm-trace-hub'

const hub = new LLMTraceClient({ baseUrl: ${quote(api)}, apiKey: ${quote(key)} })

await hub.trace('hello', { input: ${quote(question)} }, async (trace) =>
  trace.span('answer', { type: 'llm' }, async (span) => {
    span.set({ usage: { model: 'gpt-4.1-mini', inputTokens: 21, outputTokens: 9 } })
    return ${quote(answer)}
  }),
)
await hub.flush()`,
  },
  {
    id: 'python',
    title: 'Python',
    install: '../my-app/.venv/bin/pip install ./sdk/python',
    code: ({ api, key, question, answer }) => `from llm_trace_hub import LLMTraceClient

hub = LLMTraceClient(base_url=${quote(api)}, api_key=${quote(key)})

with hub.trace("hello", input=${quote(question)}) as trace:
    with trace.span("answer", type="llm") as span:
        span.set(output=${quote(answer)}, usage={"model": "gpt-4.1-mini", "input_tokens": 21, "output_tokens": 9})
    trace.set(output=${quote(answer)})

hub.flush()`,
  },
]
