import { quote, type Integration } from './integration.ts'

/** Installs the SDK from a checkout of the hub into the app beside it. */
export const INSTALL =
  'npm pack ./sdk/typescript --pack-destination ../my-app\n' +
  'npm install --prefix ../my-app ../my-app/llm-trace-hub-0.1.0.tgz'

/** The hub's own SDK. */
export const typescript: Integration = {
  id: 'typescript',
  title: 'TypeScript',
  steps: ({ api, key, question, answer }) => [
    { id: 'typescript-install', kind: 'install', text: INSTALL },
    {
      id: 'typescript',
      kind: 'code',
      text: `import { LLMTraceClient } from 'llm-trace-hub'

const hub = new LLMTraceClient({ baseUrl: ${quote(api)}, apiKey: ${quote(key)} })

await hub.trace('hello', { input: ${quote(question)} }, async (trace) =>
  trace.span('answer', { type: 'llm' }, async (span) => {
    span.set({ usage: { model: 'gpt-4.1-mini', inputTokens: 21, outputTokens: 9 } })
    return ${quote(answer)}
  }),
)
await hub.flush()`,
    },
  ],
}
