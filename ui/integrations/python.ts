import { quote, type Integration } from './integration.ts'

/** The hub's own SDK. */
export const python: Integration = {
  id: 'python',
  title: 'Python',
  steps: ({ api, key, question, answer }) => [
    {
      id: 'python-install',
      kind: 'install',
      text: 'python3 -m venv ../my-app/.venv\n../my-app/.venv/bin/pip install ./sdk/python',
    },
    {
      id: 'python',
      kind: 'code',
      text: `from llm_trace_hub import LLMTraceClient

hub = LLMTraceClient(base_url=${quote(api)}, api_key=${quote(key)})

with hub.trace("hello", input=${quote(question)}) as trace:
    with trace.span("answer", type="llm") as span:
        span.set(output=${quote(answer)}, usage={"model": "gpt-4.1-mini", "input_tokens": 21, "output_tokens": 9})
    trace.set(output=${quote(answer)})

hub.flush()`,
    },
  ],
}
