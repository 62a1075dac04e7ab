import { LLMTraceClient } from '../sdk/typescript/src/index.ts'
import { loadEnv, traceUrl } from './env.ts'

// A chat request with a retrieval and a model call, and an evaluation of its answer.
loadEnv()
const hub = new LLMTraceClient({ environment: process.env['TRACE_ENV'] ?? 'local' })

const question = 'How long may I return a pair of shoes?'
let traceId = ''

await hub.trace(
  'chat-request',
  { input: question, userId: 'user-1', sessionId: 'sess-1', tags: ['example'] },
  async (trace) => {
    ;({ traceId } = trace)
    const documents = await trace.span(
      'retrieval',
      { type: 'retriever', input: { query: question } },
      async (span) => {
        const found = ['Shoes may come back for 90 days.']
        span.log('retrieved docs', { k: found.length })
        span.set({ output: found })
        return found
      },
    )
    return trace.span(
      'generate',
      { type: 'llm', input: [{ role: 'user', content: question }] },
      async (span) => {
        span.set({ usage: { model: 'gpt-4.1-mini', provider: 'openai', inputTokens: 84, outputTokens: 12 } })
        return `You have 90 days. (${documents.length} source)`
      },
    )
  },
)

hub.attachEval({
  ...{ evalName: 'answer_quality', evalModel: 'gpt-4.1-mini', score: 0.91, passed: true },
  ...{ traceId, userReviewPassed: true },
})

await hub.flush()
console.log(traceUrl(traceId))
