import { diag, DiagLogLevel, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

// Traces until it is told to stop on its standard input, then says what it sent and what was acknowledged.

const SUCCESS = 0
const told = { sent: [], acknowledged: [], retries: 0, failures: [] }
diag.setLogger(
  {
    ...{ error() {}, warn() {}, info() {}, debug() {} },
    verbose: (message) =>
      void (told.retries += Number(String(message).startsWith('Scheduling export retry'))),
  },
  { logLevel: DiagLogLevel.ALL },
)

const exporter = new OTLPTraceExporter({ timeoutMillis: 30_000, concurrencyLimit: 1000 })
const idOf = (span) => `${span.spanContext().traceId} ${span.spanContext().spanId}`
/** The exporter as it is, with a ledger of its answers. */
const listening = {
  export: (spans, done) =>
    exporter.export(spans, (result) => {
      if (result.code !== SUCCESS) told.failures.push(String(result.error))
      if (result.code === SUCCESS) told.acknowledged.push(...spans.map(idOf))
      if (told.acknowledged.length > 0) process.stdout.write('acknowledged\n')
      done(result)
    }),
  forceFlush: () => exporter.forceFlush(),
  shutdown: () => exporter.shutdown(),
}
const options = { maxQueueSize: 100_000, maxExportBatchSize: 50, scheduledDelayMillis: 50 }
const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(listening, options)] })
provider.register()
const tracer = trace.getTracer('long')

let stopped = false
process.stdin.once('data', () => (stopped = true))
while (!stopped) {
  tracer.startActiveSpan('request', (root) => {
    for (let n = 0; n < 3; n++) {
      const span = tracer.startSpan('chat', { attributes: { 'gen_ai.usage.input_tokens': 3 } })
      told.sent.push(idOf(span))
      span.end()
    }
    told.sent.push(idOf(root))
    root.end()
  })
  await new Promise((resolve) => setTimeout(resolve, 40))
}
process.stdin.destroy()
await provider.shutdown()
process.stdout.write(`${JSON.stringify(told)}\n`)
