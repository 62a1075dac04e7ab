import type { SpanEntry, TraceEntry } from './entries.ts'
import type { Recorder } from './recorder.ts'
import type { SpanSaid, TraceSaid } from './said.ts'
import { placeOf, type Here, type Scopes } from './scope.ts'

/** What handles and wrappers work with. */
export type Inside = { recorder: Recorder; scopes: Scopes; fault: (error: unknown) => void }

/** Keeps what fails inside the client from the app. */
export function guarded<T>({ fault }: Pick<Inside, 'fault'>, run: () => T, otherwise: T): T {
  try {
    return run()
  } catch (error) {
    fault(error)
    return otherwise
  }
}

type Settle<T> = { done: (value: T) => void; failed: (error: unknown) => void }

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

async function settle<T>(promise: PromiseLike<unknown>, told: Settle<Awaited<T>>): Promise<unknown> {
  let result: unknown
  try {
    result = await promise
  } catch (error) {
    told.failed(error)
    throw error
  }
  // What the promise of T resolves to.
  told.done(result as Awaited<T>)
  return result
}

/** Runs the app's function and tells how it came out, at once or when its promise settles; what it gives or throws passes on. */
export function follow<T>(run: () => T, { done, failed }: Settle<Awaited<T>>): T {
  let value: T
  try {
    value = run()
  } catch (error) {
    failed(error)
    throw error
  }
  if (!isThenable(value)) {
    // Not a promise: T is what Awaited makes of it.
    done(value as Awaited<T>)
    return value
  }
  const followed = settle(value, { done, failed })
  // A promise for a promise.
  return followed as T
}

/** Two ways to call: with what is said of the span, or with the function only. */
export const twoWays = <S, F>(first: S | F | undefined, second: F | undefined): [S, F | undefined] =>
  // The only function of the two is the app's; the other is what is said, of which every member may be left out.
  typeof first === 'function' ? [{} as S, first as F] : [(first ?? {}) as S, second]

/** A returned text is the output, unless one was said. */
const textOnly = (value: unknown) => (typeof value === 'string' ? { output: value } : {})

/** Runs a function inside a span that begins and ends with it. */
function runSpan<T>(
  inside: Inside,
  span: Span,
  run: (span: Span) => T,
  capture: (value: unknown) => SpanSaid,
): T {
  return follow(() => inside.scopes.run(placeOf(span.entry), () => run(span)), {
    done: (value) => span.end(span.hasOutput ? {} : guarded(inside, () => capture(value), {})),
    failed: (error) => span.end({ error }),
  })
}

/** A span that is open, or has ended. */
export class Span {
  readonly id: string
  readonly traceId: string
  /** The record behind the handle; not part of the interface. */
  readonly entry: SpanEntry
  #inside: Inside
  #has_output = false

  constructor(inside: Inside, entry: SpanEntry) {
    this.#inside = inside
    this.entry = entry
    this.id = entry.id
    this.traceId = entry.trace.id
  }

  /** Whether an output was said. */
  get hasOutput(): boolean {
    return this.#has_output
  }

  /** Says more of the span: input, output, attributes, usage, another name. After the end it is an amendment. */
  set(said: SpanSaid): this {
    if (said.output !== undefined) this.#has_output = true
    guarded(this.#inside, () => this.#inside.recorder.setSpan(this.entry, said), undefined)
    return this
  }

  /** Writes a line on the timeline. */
  log(message: string, metadata?: Record<string, unknown>, level = 'info'): void {
    const { recorder } = this.#inside
    guarded(this.#inside, () => recorder.log(this.entry.trace, this.id, message, level, metadata), undefined)
  }

  /** Ends the span; once is enough, a second time changes nothing. */
  end(said: SpanSaid = {}): void {
    guarded(this.#inside, () => this.#inside.recorder.endSpan(this.entry, said), undefined)
  }

  /** Runs a function inside a child span. Without a function the child is handed back, to be ended with `end()`. */
  span<T>(name: string, run: (span: Span) => T): T
  span<T>(name: string, said: SpanSaid, run: (span: Span) => T): T
  span(name: string, said?: SpanSaid): Span
  span<T>(name: string, first?: SpanSaid | ((span: Span) => T), second?: (span: Span) => T): T | Span {
    return this.open(name, first, second)
  }

  /** Both ways of `span`; not part of the interface. */
  open<T>(name: string, first?: SpanSaid | ((span: Span) => T), second?: (span: Span) => T): T | Span {
    return openSpan(this.#inside, placeOf(this.entry), name, first, second)
  }
}

/** Opens a span, and runs the function in it if there is one. */
export function openSpan<T>(
  inside: Inside,
  { trace, span: parent, spanId }: Here,
  name: string,
  first?: SpanSaid | ((span: Span) => T),
  second?: (span: Span) => T,
): T | Span {
  const [said, run] = twoWays<SpanSaid, (span: Span) => T>(first, second)
  const { recorder } = inside
  const begin = () => recorder.startSpan(trace, parent, spanId, name, said)
  const span = new Span(inside, guarded(inside, begin, null) ?? recorder.silent('').root)
  return run ? runSpan(inside, span, run, textOnly) : span
}

/** A trace that is open, or has ended. */
export class Trace {
  readonly traceId: string
  /** The record behind the handle; not part of the interface. */
  readonly entry: TraceEntry
  readonly root: Span
  #inside: Inside

  constructor(inside: Inside, entry: TraceEntry & { root: SpanEntry }) {
    this.#inside = inside
    this.entry = entry
    this.traceId = entry.id
    this.root = new Span(inside, entry.root)
  }

  /** Says more of the trace: output, user, session, tags, attributes. */
  set(said: TraceSaid): this {
    guarded(this.#inside, () => this.#inside.recorder.setTrace(this.entry, said), undefined)
    return this
  }

  /** Writes a line on the timeline. */
  log(message: string, metadata?: Record<string, unknown>, level = 'info'): void {
    this.root.log(message, metadata, level)
  }

  /** Ends the trace and its root span. */
  end(said: TraceSaid & { error?: unknown } = {}): void {
    guarded(this.#inside, () => this.#inside.recorder.endTrace(this.entry, said), undefined)
  }

  /** Runs a function inside a span of this trace. Without a function the span is handed back, to be ended with `end()`. */
  span<T>(name: string, run: (span: Span) => T): T
  span<T>(name: string, said: SpanSaid, run: (span: Span) => T): T
  span(name: string, said?: SpanSaid): Span
  span<T>(name: string, first?: SpanSaid | ((span: Span) => T), second?: (span: Span) => T): T | Span {
    return this.root.open(name, first, second)
  }
}

/** Runs a function inside a trace that begins and ends with it. */
export function runTrace<T>(inside: Inside, trace: Trace, run: (trace: Trace) => T): T {
  return follow(() => inside.scopes.run(placeOf(trace.root.entry), () => run(trace)), {
    done: (value) => trace.end(trace.entry.words.outputText === undefined ? textOnly(value) : {}),
    failed: (error) => trace.end({ error }),
  })
}
