import * as callbacks from '@langchain/core/callbacks/manager'
import * as models from '@langchain/core/language_models/chat_models'
import * as messages from '@langchain/core/messages'
import * as tools from '@langchain/core/tools'
import * as graph from '@langchain/langgraph'
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { buildApp } from './graph-app.mjs'

const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] })
provider.register()
const instrumentation = new LangChainInstrumentation({ tracerProvider: provider })
instrumentation.manuallyInstrument(callbacks)

const { play } = buildApp({ graph, models, messages, tools })
await play()
await provider.shutdown()
