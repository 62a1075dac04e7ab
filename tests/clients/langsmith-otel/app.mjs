import { initializeOTEL } from 'langsmith/experimental/otel/setup'
import { traceable } from 'langsmith/traceable'

const { DEFAULT_LANGSMITH_SPAN_PROCESSOR } = initializeOTEL()

const call = traceable(
  async () => ({
    role: 'assistant',
    content: 'Four.',
    usage_metadata: {
      input_tokens: 120,
      output_tokens: 34,
      total_tokens: 154,
      input_token_details: { cache_read: 40 },
    },
  }),
  {
    ...{ name: 'call', run_type: 'llm', metadata: { ls_provider: 'openai', ls_model_name: 'gpt-4.1-mini' } },
  },
)
const broken = traceable(
  async () => {
    throw new RangeError('bad tool')
  },
  { name: 'broken', run_type: 'tool' },
)
const pipeline = traceable(
  async (_question) => {
    await broken({}).catch(() => undefined)
    return call({ messages: [{ role: 'user', content: 'What is 2+2?' }] })
  },
  { name: 'pipeline', run_type: 'chain', tags: ['beta'], metadata: { thread_id: 't-1', user_id: 'u-1' } },
)
await pipeline('What is 2+2?')
await DEFAULT_LANGSMITH_SPAN_PROCESSOR.shutdown()
