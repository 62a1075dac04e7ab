import { Client } from 'langsmith'
import { getCurrentRunTree, traceable } from 'langsmith/traceable'
import { PICTURE } from './picture.mjs'

const client = new Client()
const usage_metadata = {
  ...{ input_tokens: 120, output_tokens: 34, total_tokens: 154, input_token_details: { cache_read: 40 } },
}
const call = traceable(async () => ({ role: 'assistant', content: 'Four.', usage_metadata }), {
  ...{ name: 'call', run_type: 'llm', client },
  metadata: { ls_provider: 'openai', ls_model_name: 'gpt-4.1-mini' },
})
const words = traceable(
  async function* () {
    for (const word of ['Two ', 'plus ', 'two']) {
      await new Promise((done) => setTimeout(done, 5))
      yield word
    }
  },
  { name: 'words', run_type: 'llm', client },
)
const broken = traceable(
  async () => {
    throw new RangeError('bad tool')
  },
  { name: 'broken', run_type: 'tool', client },
)
const look = traceable(async () => ({ seen: true }), {
  ...{ name: 'look', run_type: 'chain', client },
  extractAttachments: (input) => [{ point: ['image/png', PICTURE] }, input],
})
let root = ''
const pipeline = traceable(
  async (_question) => {
    root = getCurrentRunTree().id
    await broken({}).catch(() => undefined)
    await look({})
    for await (const word of await words()) void word
    return call({ messages: [{ role: 'user', content: 'What is 2+2?' }] })
  },
  {
    name: 'pipeline',
    run_type: 'chain',
    client,
    tags: ['beta'],
    metadata: { thread_id: 't-1', user_id: 'u-1' },
  },
)
await pipeline('What is 2+2?')
const sessionId = crypto.randomUUID()
await client.createFeedback(root, 'helpful', { score: 1, comment: 'It was.', traceId: root, sessionId })
await client.awaitPendingTraceBatches()
await client.createFeedback(root, 'polite', { score: 0.123456, sessionId })
