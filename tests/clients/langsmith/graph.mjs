import { awaitAllCallbacks } from '@langchain/core/callbacks/promises'
import * as models from '@langchain/core/language_models/chat_models'
import * as messages from '@langchain/core/messages'
import * as tools from '@langchain/core/tools'
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain'
import * as graph from '@langchain/langgraph'
import { Client } from 'langsmith'
import { buildApp } from '../openinference/graph-app.mjs'

const { play } = buildApp({ graph, models, messages, tools })
if (process.env.UNBATCHED === 'true') {
  const client = new Client({ autoBatchTracing: false })
  await play({ callbacks: [new LangChainTracer({ client })] })
} else await play()
await awaitAllCallbacks()
