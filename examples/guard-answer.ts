import { LLMTraceClient } from '../sdk/typescript/src/index.ts'
import { loadEnv, traceUrl } from './env.ts'

// Two answers of a support bot, each asked about before it goes out.
loadEnv()
const hub = new LLMTraceClient({ environment: process.env['TRACE_ENV'] ?? 'local' })

const ANSWERS = ['Your order is on its way.', 'Ask Jane, her number is 010-1234-5678.']

for (const answer of ANSWERS) {
  const question = 'Where is my order?'
  let traceId = ''
  const said = await hub.trace('support', { input: question, userId: 'user-1' }, async (trace) => {
    ;({ traceId } = trace)
    const guarded = await hub.guard(answer, { input: question, onUnavailable: 'block' })
    const why = guarded.unavailable
      ? `the hub did not decide: ${guarded.unavailable.reason}`
      : guarded.reasonCode
    console.log(`${guarded.action} (${why})`)
    return guarded.answer ?? 'I have passed this on to a colleague.'
  })
  console.log(`  ${said}\n  ${traceUrl(traceId)}`)
}

await hub.flush()
