import * as models from '@langchain/core/language_models/chat_models'
import * as messages from '@langchain/core/messages'
import * as tools from '@langchain/core/tools'
import * as graph from '@langchain/langgraph'
import { Langfuse } from 'langfuse'
import { CallbackHandler } from 'langfuse-langchain'
import { buildApp } from '../openinference/graph-app.mjs'

const handler = new CallbackHandler({ userId: 'u-1', sessionId: 's-1', tags: ['beta'] })
const { play } = buildApp({ graph, models, messages, tools })
await play({ callbacks: [handler] })
await handler.shutdownAsync()

const langfuse = new Langfuse({ release: 'r-7', environment: 'staging' })
const trace = langfuse.trace({ name: 'plain', userId: 'u-2', sessionId: 's-2', input: { q: 'why?' } })
const span = trace.span({ name: 'work', input: { q: 'why?' }, metadata: { attempt: 1 } })
const generation = span.generation({
  name: 'call',
  model: 'gpt-4.1',
  input: [{ role: 'user', content: 'why?' }],
})
generation.end({
  output: 'because',
  level: 'ERROR',
  statusMessage: 'cut off',
  usageDetails: { input: 80, input_cache_read: 40, output: 24, total: 144 },
})
span.event({ name: 'cache miss', input: 'key', level: 'DEBUG' })
span.end({ output: 'because', metadata: { done: true } })
trace.update({ output: 'because', tags: ['alpha'] })
generation.score({ name: 'tone', value: 0.8, comment: 'kind' })
trace.score({ name: 'topic', value: 'refund', dataType: 'CATEGORICAL' })
trace.score({ name: 'grounded', value: 0, dataType: 'BOOLEAN' })
await langfuse.shutdownAsync()
