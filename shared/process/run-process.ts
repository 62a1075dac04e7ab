import { ConfigError, readConfig, type Config } from '../config.ts'
import { jsonLog, type Log } from '../log.ts'
import { StartError } from '../start-error.ts'
import { guardProcess } from '../store/guard.ts'
import { wantsSpans } from '../tracing/read-settings.ts'
import { useTracer } from '../tracing/tracer.ts'
import { endOnSignal, type AtEnd } from './end-on-signal.ts'
import type { Start } from './open-deps.ts'

/** Own spans, where the variables of OpenTelemetry ask for them; only then is what makes them loaded. */
async function openTracing(otel: Config['otel'], log: Log, at_end: AtEnd, service: string): Promise<void> {
  if (!wantsSpans(otel)) return
  const { readSettings } = await import('../tracing/read-settings.ts')
  const { openTracer } = await import('../tracing/open-tracer.ts')
  const settings = readSettings(otel, service, (variable) =>
    log.warn('own spans: this variable says nothing that can be used', { variable }),
  )
  if (settings === null) return
  const tracer = openTracer(settings, log)
  useTracer(log, tracer)
  at_end('own spans', tracer.stop)
}

/** Runs a process from its configuration to the signal that ends it; what cannot start is told in one line. */
export async function runProcess(
  begin: (start: Start) => Promise<void>,
  service = 'llm-trace-hub',
): Promise<void> {
  const log = jsonLog()
  const exit = (code: number) => process.exit(code)
  guardProcess(log, () => exit(1))
  try {
    const say = (line: string) => console.log(line)
    const config = readConfig()
    const ending = endOnSignal(log, exit, config.drain_seconds * 1000)
    // Noted first, so that it ends last: services have spans until they have stopped.
    await openTracing(config.otel, log, ending.at_end, service)
    await begin({ config, ...ending, log, say })
  } catch (error) {
    if (!(error instanceof StartError) && !(error instanceof ConfigError)) throw error
    console.error(error.message)
    exit(1)
  }
}
