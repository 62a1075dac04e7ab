import * as models from '@langchain/core/language_models/chat_models'
import * as messages from '@langchain/core/messages'
import * as tools from '@langchain/core/tools'
import * as graph from '@langchain/langgraph'
import { CallbackHandler } from '@langfuse/langchain'
import { LangfuseSpanProcessor } from '@langfuse/otel'
import { propagateAttributes, startActiveObservation } from '@langfuse/tracing'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { buildApp } from '../openinference/graph-app.mjs'

const processor = new LangfuseSpanProcessor()
new NodeTracerProvider({ spanProcessors: [processor] }).register()

const { play } = buildApp({ graph, models, messages, tools })
await play({ callbacks: [new CallbackHandler({ userId: 'u-1', sessionId: 's-1', tags: ['beta'] })] })

await propagateAttributes({ userId: 'u-2', sessionId: 's-2', traceName: 'plain' }, () =>
  startActiveObservation('work', async (span) => {
    span.update({ input: { q: 'why?' }, output: 'because' })
    const generation = span.startObservation(
      'call',
      {
        model: 'gpt-4.1',
        input: 'why?',
        usageDetails: { input: 80, input_cache_read: 40, output: 24, total: 144 },
      },
      { asType: 'generation' },
    )
    generation.update({ output: 'because', level: 'ERROR', statusMessage: 'cut off' }).end()
  }),
)
await processor.forceFlush()
await processor.shutdown()
