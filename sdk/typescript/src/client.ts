import { ImperativeCalls } from './imperative-calls.ts'
import { atExit } from './at-exit.ts'
import { openClock } from './clock.ts'
import { countersOf, type Stats } from './counters.ts'
import { inlineTrace, openDecider, type Decided, type Question } from './decide.ts'
import { guarded, openSpan, runTrace, Trace, twoWays, type Span } from './handles.ts'
import { lastWord } from './last-word.ts'
import { observed, type Observe } from './observe.ts'
import { readOptions, type ClientOptions } from './options.ts'
import { poster } from './post.ts'
import { Recorder } from './recorder.ts'
import type { SpanSaid, TraceSaid } from './said.ts'
import { openScopes } from './scope.ts'
import { Sender } from './sender.ts'

/** What `guard` says of an answer. */
export type Guarded<T> = Decided & {
  /** What may go out: the answer itself when it is allowed, else the policy's message, else null. */
  answer: T | string | null
}

const FLUSH_MS = 10_000

/**
 * Records what an LLM app does and asks for decisions. No method waits on the network in the caller's stack or throws
 * into the app; `flush`, `shutdown` and a `decide` with `onUnavailable: 'throw'` reject, because they are asked to tell.
 */
export class LLMTraceClient extends ImperativeCalls {
  readonly #settings
  readonly #counters
  readonly #sender
  readonly #decide
  readonly #forget: () => void

  constructor(options: ClientOptions = {}) {
    const settings = readOptions(options)
    const counters = countersOf(settings)
    const scopes = openScopes()
    const post = poster(settings)
    const sender = new Sender({
      settings,
      counters,
      clock: openClock(scopes.apart),
      post,
      apart: scopes.apart,
    })
    super({ recorder: new Recorder({ settings, counters, sender }), scopes, fault: counters.fault })
    this.#settings = settings
    this.#counters = counters
    this.#sender = sender
    this.#decide = openDecider({ settings, counters, post: (sent) => scopes.apart(() => post(sent)) })
    const { baseUrl, apiKey, exitTimeoutMs } = settings
    const say = () => lastWord({ baseUrl, apiKey, requests: sender.rest(), timeoutMs: exitTimeoutMs })
    this.#forget = settings.enabled ? atExit({ sender, exitTimeoutMs, lastWord: say }) : () => {}
  }

  /** Runs a function inside a trace, which ends with it; a returned text is the output unless one was set. */
  trace<T>(name: string, run: (trace: Trace) => T): T
  trace<T>(name: string, said: TraceSaid, run: (trace: Trace) => T): T
  trace(name: string, said?: TraceSaid): Trace
  trace<T>(name: string, first?: TraceSaid | ((trace: Trace) => T), second?: (trace: Trace) => T): T | Trace {
    const [said, run] = twoWays<TraceSaid, (trace: Trace) => T>(first, second)
    const { recorder, scopes } = this.inside
    // Inside the client's own work nothing is traced: the entry is one that is not sampled.
    const begin = () => (scopes.isApart() ? recorder.silent(name) : recorder.startTrace(name, said))
    const entry = guarded(this.inside, begin, null) ?? recorder.silent(name)
    const trace = new Trace(this.inside, entry)
    return run ? runTrace(this.inside, trace, run) : trace
  }

  /** Runs a function inside a span of the trace around; outside of one it is a trace of its own. */
  span<T>(name: string, run: (span: Span) => T): T
  span<T>(name: string, said: SpanSaid, run: (span: Span) => T): T
  span<T>(name: string, first: SpanSaid | ((span: Span) => T), second?: (span: Span) => T): T {
    const [said, run] = twoWays<SpanSaid, (span: Span) => T>(first, second)
    const body = run ?? (() => undefined as T)
    const here = this.safely(({ scopes }) => scopes.current(), null)
    if (!here) return this.trace(name, (trace) => trace.span(name, said, body))
    // A span with a function gives what the function gives.
    return openSpan(this.inside, here, name, said, body) as T
  }

  /** The same function, each call of it a span with its arguments and its result. */
  observe<F extends (...args: never[]) => unknown>(run: F): F
  observe<F extends (...args: never[]) => unknown>(how: Observe, run: F): F
  observe<F extends (...args: never[]) => unknown>(first: Observe | F, second?: F): F {
    const [how, run] = twoWays<Observe, F>(first, second)
    return run ? observed(this.inside, how, run) : (first as F)
  }

  /**
   * Asks the hub whether an answer may go out. Answers within `timeoutMs`; when the hub gives no decision,
   * `onUnavailable` says what holds, and `unavailable` says why.
   */
  async decide(question: Question): Promise<Decided> {
    const here = this.safely(({ scopes }) => scopes.current(), null)
    const known = this.safely(() => this.traceOf(question.traceId), undefined)
    const trace = known?.sampled ? known : null
    const decided = await this.#decide(question, trace && inlineTrace(trace))
    const { unavailable, action } = decided
    if (unavailable && here)
      this.logEvent('decision unavailable', { level: 'warning', metadata: { ...unavailable, action } })
    return decided
  }

  /** `decide` for one answer: gives the answer when it may go out, else what the policy wants to be said instead. */
  async guard<T>(answer: T, question: Omit<Question, 'output'> = {}): Promise<Guarded<T>> {
    const decided = await this.decide({ ...question, output: answer })
    return { ...decided, answer: decided.allowed ? answer : decided.message }
  }

  /** Resolves when all that was recorded before is with the hub; rejects with a `FlushError` that says what is not. */
  flush({ timeoutMs = FLUSH_MS }: { timeoutMs?: number } = {}): Promise<void> {
    return this.#settings.enabled ? this.#sender.flush(timeoutMs) : Promise.resolve()
  }

  /** Flushes and takes nothing more; rejects like `flush`. */
  async shutdown({ timeoutMs = FLUSH_MS }: { timeoutMs?: number } = {}): Promise<void> {
    const flushed = this.flush({ timeoutMs })
    try {
      await flushed
    } finally {
      this.#forget()
      this.#sender.close()
    }
  }

  /** For serverless: the same handler, which answers only when its traces are with the hub, or `exitTimeoutMs` is over. */
  flushOnExit<A extends unknown[], R>(handler: (...args: A) => R | Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
      try {
        return await handler(...args)
      } finally {
        await this.flush({ timeoutMs: this.#settings.exitTimeoutMs }).catch(() => {})
      }
    }
  }

  /** What was recorded, acknowledged, lost, and what waits. */
  stats(): Stats {
    const { pending, pendingBytes } = this.#sender
    return { ...this.#counters.stats, pending, pendingBytes }
  }
}
