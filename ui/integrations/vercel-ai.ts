import type { Integration } from './integration.ts'
import { otlpVariables } from './opentelemetry.ts'

const EXPORT = `import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'`

const PROVIDER = `export const provider = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
})
provider.register()`

/** Vercel's AI SDK, which speaks to OpenTelemetry. */
export const vercelAi: Integration = {
  id: 'vercel_ai',
  title: 'Vercel AI SDK',
  steps: (said) => [
    { id: 'vercel-ai', kind: 'environment', text: otlpVariables(said) },
    {
      id: 'vercel-ai-7',
      kind: 'setup',
      only: 'ai 7',
      text: `import { OpenTelemetry } from '@ai-sdk/otel'
${EXPORT}
import { registerTelemetry } from 'ai'

${PROVIDER}
registerTelemetry(new OpenTelemetry())`,
    },
    { id: 'vercel-ai-6', kind: 'setup', only: 'ai 6', text: `${EXPORT}\n\n${PROVIDER}` },
  ],
}
