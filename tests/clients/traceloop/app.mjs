import * as traceloop from '@traceloop/node-server-sdk'
import * as callbacks from '@langchain/core/callbacks/manager'
import * as models from '@langchain/core/language_models/chat_models'
import * as messages from '@langchain/core/messages'
import * as runnables from '@langchain/core/runnables'
import * as tools from '@langchain/core/tools'
import * as graph from '@langchain/langgraph'
import { buildApp } from '../openinference/graph-app.mjs'

traceloop.initialize({
  disableBatch: true,
  silenceInitializationMessage: true,
  instrumentModules: {
    langchain: { callbackManagerModule: callbacks, runnablesModule: runnables, toolsModule: tools },
  },
})

const { play } = buildApp({ graph, models, messages, tools })
await traceloop.withAssociationProperties({ user_id: 'u-1', session_id: 's-1' }, () =>
  traceloop.withWorkflow({ name: 'shop' }, () => play()),
)
await traceloop.forceFlush()
