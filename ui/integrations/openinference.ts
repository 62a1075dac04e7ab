import type { Integration } from './integration.ts'
import { otlpVariables } from './opentelemetry.ts'

const SETUP = `import * as callbacks from '@langchain/core/callbacks/manager'
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

export const provider = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
})
provider.register()
new LangChainInstrumentation({ tracerProvider: provider }).manuallyInstrument(callbacks)`

/** The instrumentations of OpenInference. */
export const openinference: Integration = {
  id: 'openinference',
  title: 'OpenInference',
  steps: (said) => [
    { id: 'openinference', kind: 'environment', text: otlpVariables(said) },
    { id: 'openinference-setup', kind: 'setup', only: 'LangChain.js', text: SETUP },
  ],
}
