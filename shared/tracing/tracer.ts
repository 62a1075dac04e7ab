import { AsyncLocalStorage } from 'node:async_hooks'
import type { Log } from '../log.ts'
import type { SpanContext } from './trace-parent.ts'

export type Attributes = Record<string, string | number | boolean>

/** What a span is asked to be; without `parent` it begins a trace. */
export type Asked = {
  name: string
  kind: 'internal' | 'server' | 'client'
  attributes?: Attributes
  parent?: SpanContext | null
  /** Further spans that it was done for. */
  links?: SpanContext[]
  /** When it began, in milliseconds since 1970; now when it is not given. */
  at?: number
}

/** One of the hub's own spans while it lasts. Nothing here throws, and nothing waits. */
export type Span = {
  readonly context: SpanContext
  set(attributes: Attributes): void
  /** It did not do what it was for; `type` says why in a word. */
  fail(type: string): void
  end(at?: number): void
}

/** Makes spans of what the hub itself does, and sends them to where OTEL_EXPORTER_OTLP_ENDPOINT says. */
export type Tracer = { start(asked: Asked): Span }

/** What a hub sends its own spans as. It makes none of their arrival: it may be its own, and there would be no end. */
export const OWN_AGENT = 'LLM-Trace-Hub-Spans/'

const tracers = new WeakMap<Log, Tracer>()
const active = new AsyncLocalStorage<Span>()

/** Lets whatever runs in a process find its tracer by its log, which all are handed; before any service begins. */
export const useTracer = (log: Log, tracer: Tracer): void => void tracers.set(log, tracer)

/** The tracer of a process; null where nobody wants its spans, which is looked up once and costs nothing after. */
export const tracerOf = (log: Log): Tracer | null => tracers.get(log) ?? null

/** The span on whose behalf the code runs that asks. */
export const activeSpan = (): Span | null => active.getStore() ?? null

/** The same as others are told of it. */
export const activeContext = (): SpanContext | null => active.getStore()?.context ?? null

/** Runs some work on behalf of a span. */
export const within = <T>(span: Span, work: () => T): T => active.run(span, work)

const nameOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'failed'

/** Does some work as a span below the active one, or below the parent that is given; without a tracer just does it. */
export async function traced<T>(log: Log, asked: Asked, work: (span: Span | null) => Promise<T>): Promise<T> {
  const tracer = tracerOf(log)
  if (!tracer) return work(null)
  const span = tracer.start({ parent: activeContext(), ...asked })
  try {
    return await within(span, async () => work(span))
  } catch (cause) {
    span.fail(nameOf(cause))
    throw cause
  } finally {
    span.end()
  }
}
