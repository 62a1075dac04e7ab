import { generateText, stepCountIs, tool } from 'ai'
import * as testing from 'ai/test'
import { z } from 'zod'

// The setup is the one that the pages of the hub show.
const { provider } = await import(process.env.SETUP)

const usage = {
  inputTokens: { total: 120, noCache: 80, cacheRead: 40, cacheWrite: undefined },
  outputTokens: { total: 34, text: 24, reasoning: 10 },
}
let turn = 0
const Model = testing.MockLanguageModelV4 ?? testing.MockLanguageModelV3
const model = new Model({
  modelId: 'gpt-4.1-mini',
  provider: 'openai.chat',
  doGenerate: async () =>
    turn++ === 0
      ? {
          content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'add', input: '{"a":2,"b":2}' }],
          finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
          usage,
          warnings: [],
        }
      : {
          content: [{ type: 'text', text: 'Four.' }],
          finishReason: { unified: 'stop', raw: 'stop' },
          usage,
          warnings: [],
        },
})
await generateText({
  model,
  prompt: 'What is 2+2?',
  stopWhen: stepCountIs(3),
  tools: {
    add: tool({
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      execute: async ({ a, b }) => a + b,
    }),
  },
})
await provider.shutdown()
