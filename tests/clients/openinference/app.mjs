import * as models from '@langchain/core/language_models/chat_models'
import * as messages from '@langchain/core/messages'
import * as tools from '@langchain/core/tools'
import * as graph from '@langchain/langgraph'
import { buildApp } from './graph-app.mjs'

// The setup is the one that the pages of the hub show.
const { provider } = await import(process.env.SETUP)

const { play } = buildApp({ graph, models, messages, tools })
await play()
await provider.shutdown()
