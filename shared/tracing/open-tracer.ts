import { randomBytes } from 'node:crypto'
import type { Log } from '../log.ts'
import { isRecord } from '../protocol/clean.ts'
import { VERSION } from '../version.ts'
import type { Settings } from './read-settings.ts'
import { spanQueue, type Send } from './span-queue.ts'
import { OWN_AGENT, type Asked, type Span, type Tracer } from './tracer.ts'
import type { SpanContext } from './trace-parent.ts'
import { writeSpans, type Ended } from './write-spans.ts'

const SCOPE = { name: 'llm-trace-hub', version: VERSION }
const STRAY_MS = 100

/** Milliseconds since 1970 with parts: evenly as time passes, and set anew when the wall clock has moved away. */
function steadyClock(): () => number {
  let origin = Date.now() - performance.now()
  return () => {
    const now = origin + performance.now()
    const strays = Date.now() - now
    if (Math.abs(strays) < STRAY_MS) return now
    origin += strays
    return now + strays
  }
}

/** How many spans an answer of OTLP says were refused; one that says it in no way that can be read refused none. */
function refusedIn(answer: string): number {
  try {
    const said: unknown = JSON.parse(answer)
    const partial = isRecord(said) ? said['partialSuccess'] : undefined
    return isRecord(partial) ? Number(partial['rejectedSpans']) || 0 : 0
  } catch {
    return 0
  }
}

function sender({ url, headers, service_name, resource }: Settings): Send {
  const about = {
    ...resource,
    'service.name': service_name,
    'service.version': VERSION,
    'service.instance.id': crypto.randomUUID(),
    'process.pid': process.pid,
  }
  const said = { ...headers, 'content-type': 'application/json', 'user-agent': `${OWN_AGENT}${VERSION}` }
  return async (spans, signal) => {
    const body = writeSpans(about, SCOPE, spans)
    const response = await fetch(url, { method: 'POST', headers: said, body, signal, redirect: 'manual' })
    const text = await response.text()
    return { status: response.status, refused: refusedIn(text) }
  }
}

/** Opens the tracer of a process, and how it ends: what waits is sent, for a moment. */
export function openTracer(settings: Settings, log: Log): Tracer & { stop: () => Promise<void> } {
  const queue = spanQueue(log, sender(settings), settings.delay_ms)
  const now = steadyClock()

  function start({ name, kind, attributes = {}, parent = null, links = [], at }: Asked): Span {
    const trace_id = parent?.trace_id ?? randomBytes(16).toString('hex')
    const sampled = settings.sampler(trace_id, parent)
    const context: SpanContext = { trace_id, span_id: randomBytes(8).toString('hex'), sampled }
    const span: Ended = {
      ...{ context, parent, name, kind, links, attributes: { ...attributes } },
      ...{ began_at: at ?? now(), ended_at: 0, failed: false },
    }
    return {
      context,
      set: (more) => void Object.assign(span.attributes, more),
      fail(type) {
        span.failed = true
        span.attributes['error.type'] = type
      },
      end(ended_at) {
        if (span.ended_at !== 0) return
        span.ended_at = ended_at ?? now()
        if (sampled) queue.add(span)
      },
    }
  }

  return { start, stop: queue.stop }
}
