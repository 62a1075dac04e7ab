import { follow, guarded, type Inside } from './handles.ts'
import type { SpanSaid, SpanType } from './said.ts'
import { placeOf, type Scope } from './scope.ts'

/** How a function is observed. */
export type Observe = {
  /** Default: the name of the function. */
  name?: string
  type?: SpanType
  /** Whether arguments and result are recorded; both default to true. */
  captureInput?: boolean
  captureOutput?: boolean
}

type Generator = AsyncGenerator<unknown, unknown, unknown>

const MOST_ITEMS = 10_000

const isGenerator = (value: unknown): value is Generator =>
  typeof value === 'object' &&
  value !== null &&
  Symbol.asyncIterator in value &&
  'next' in value &&
  'return' in value

/** What a call is recorded as, and how it is ended. */
type Begun = { scope: Scope; finish: (said: SpanSaid) => void }

/** The span of a stream ends with the stream; its items are the output. */
async function* tap(
  inside: Inside,
  { scope, finish }: Begun,
  stream: Generator,
  capture: boolean,
): Generator {
  const items: unknown[] = []
  let said: SpanSaid = {}
  try {
    for (;;) {
      const { done, value } = await inside.scopes.run(scope, () => stream.next())
      if (done) return value
      if (capture && items.length < MOST_ITEMS) items.push(value)
      yield value
    }
  } catch (error) {
    said = { error }
    throw error
  } finally {
    finish({ ...said, output: capture ? items : undefined })
    await inside.scopes.run(scope, () => stream.return(undefined))
  }
}

function begin({ recorder, scopes }: Inside, name: string, type: SpanType, input: unknown): Begun | null {
  const here = scopes.current()
  if (here) {
    const span = recorder.startSpan(here.trace, here.span, here.spanId, name, { type, input })
    return { scope: placeOf(span), finish: (said) => recorder.endSpan(span, said) }
  }
  const trace = recorder.startTrace(name, { input })
  return {
    scope: placeOf(trace.root),
    finish: ({ output, error }) => recorder.endTrace(trace, { output, error }),
  }
}

/** The same function, each call of it a span; outside of a trace, a trace of its own. */
export function observed<F extends (...args: never[]) => unknown>(inside: Inside, how: Observe, run: F): F {
  const { name = run.name || 'anonymous', type = 'task', captureInput = true, captureOutput = true } = how

  const wrapped = function observedCall(this: unknown, ...args: never[]): unknown {
    const call = () => run.apply(this, args)
    if (inside.scopes.isApart()) return call()
    const input = captureInput && args.length > 0 ? (args.length === 1 ? args[0] : args) : undefined
    const begun = guarded(inside, () => begin(inside, name, type, input), null)
    if (!begun) return call()
    const finish = (said: SpanSaid) => guarded(inside, () => begun.finish(said), undefined)
    let value: unknown
    try {
      value = inside.scopes.run(begun.scope, call)
    } catch (error) {
      finish({ error })
      throw error
    }
    if (isGenerator(value)) return tap(inside, { ...begun, finish }, value, captureOutput)
    return follow(() => value, {
      done: (output) => finish(captureOutput ? { output } : {}),
      failed: (error) => finish({ error }),
    })
  }
  Object.defineProperty(wrapped, 'name', { value: run.name })
  // It takes and gives what `run` does.
  return wrapped as unknown as F
}
