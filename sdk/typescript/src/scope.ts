import { AsyncLocalStorage } from 'node:async_hooks'
import type { SpanEntry, TraceEntry } from './entries.ts'

/** Where a new span is put: a trace, and the span it goes below. */
export type Here = { trace: TraceEntry; span: SpanEntry | null; spanId: string | null }

/** The place of code that a span is open around. */
export const placeOf = (span: SpanEntry): Here => ({ trace: span.trace, span, spanId: span.id })

/** Where the running code stands: in a trace, inside a span of it. `apart`: the client's own work, which is never traced. */
export type Scope = Here | 'apart' | null

/** What another library knows of where the code stands: the id of the run around, and the place that stands for a run. */
export type Elsewhere = { run: () => string | undefined; place: (run: string) => Here | undefined }

/** A scope, and the run of that library in which it was opened. */
type Stored = { scope: Scope; run: string | undefined }

export type Scopes = ReturnType<typeof openScopes>

/** The same place, or the innermost around it that has not ended; what ended out of turn is passed over. */
function stillOpen(scope: Scope): Here | null {
  if (scope === null || scope === 'apart' || scope.trace.ended !== null) return null
  let { span } = scope
  if (span === null || span.ended === null) return scope
  while (span && span.ended !== null) span = span.parent
  return { trace: scope.trace, span, spanId: span?.id ?? null }
}

/** The trace and span around the running code, each client with its own, kept over `await`. */
export function openScopes() {
  const storage = new AsyncLocalStorage<Stored>()
  let elsewhere: Elsewhere | null = null

  const isApart = () => storage.getStore()?.scope === 'apart'

  /** A run that was begun inside of the scope is further in than the scope is. */
  function innermost(): Scope {
    const stored = storage.getStore()
    const run = elsewhere?.run()
    const place = run === undefined || run === stored?.run || isApart() ? undefined : elsewhere?.place(run)
    return place ?? stored?.scope ?? null
  }

  const stored = (scope: Scope): Stored => ({ scope, run: elsewhere?.run() })

  return {
    current: (): Here | null => stillOpen(innermost()),
    isApart,
    run: <T>(scope: Scope, run: () => T): T => storage.run(stored(scope), run),
    /** Makes a scope the one of the code that follows, as the imperative calls need it. */
    enter: (scope: Scope): void => storage.enterWith(stored(scope)),
    apart: <T>(run: () => T): T => storage.run({ scope: 'apart', run: undefined }, run),
    /** From now on the runs of another library count as well. */
    heed: (other: Elsewhere): void => void (elsewhere = other),
    /** The place of the code, when it was opened inside of that run and not around it. */
    within(run: string | undefined): Here | null {
      const here = storage.getStore()
      return here?.run === undefined || here.run !== run ? null : stillOpen(here.scope)
    },
  }
}
