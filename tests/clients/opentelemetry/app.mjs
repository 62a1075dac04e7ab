import { SpanStatusCode, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

const { OTLPTraceExporter } = await import(
  process.env.WIRE === 'json'
    ? '@opentelemetry/exporter-trace-otlp-http'
    : '@opentelemetry/exporter-trace-otlp-proto'
)
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({
    'service.name': 'shop',
    'service.version': '1.2.3',
    'deployment.environment.name': 'prod',
  }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
})
provider.register()
const tracer = trace.getTracer('shop', '1.0')

await tracer.startActiveSpan(
  'answer',
  { attributes: { 'session.id': 's-1', 'user.id': 'u-1' } },
  async (root) => {
    tracer.startActiveSpan('chat gpt-4.1', (span) => {
      span.setAttributes({
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4.1',
        'gen_ai.usage.input_tokens': 120,
        'gen_ai.usage.output_tokens': 34,
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', parts: [{ type: 'text', content: '왜?' }] },
        ]),
        flags: [true, false],
        ratio: 0.25,
      })
      span.addEvent('gen_ai.evaluation.result', {
        'gen_ai.evaluation.name': 'tone',
        'gen_ai.evaluation.score.value': 0.75,
      })
      span.end()
    })
    tracer.startActiveSpan('execute_tool lookup', (span) => {
      span.setAttributes({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'lookup' })
      span.recordException(new TypeError('bad tool'))
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'bad tool' })
      span.end()
    })
    root.end()
  },
)
await provider.shutdown()
