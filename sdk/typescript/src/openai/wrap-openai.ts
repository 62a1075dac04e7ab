import type { LLMTraceClient } from '../client.ts'
import type { SpanEntry } from '../entries.ts'
import { guarded, type Inside } from '../handles.ts'
import type { RootedTrace } from '../recorder.ts'
import type { SpanSaid } from '../said.ts'
import { isRecord, KINDS, readUsage, settingsOf, type Kind } from './read-openai.ts'

/** How calls are told. */
export type WrapOptions = {
  /** Shown as the provider of the calls; default `openai`. */
  provider?: string | undefined
  /**
   * Asks for token counts of streams that the app did not ask for: `stream_options.include_usage` is added to the
   * request, and the chunk that only has the counts is kept from the app. Default false: requests go as they are.
   */
  streamUsage?: boolean | undefined
}

type Call = (...args: unknown[]) => unknown
type Told = { finish: (said: SpanSaid) => void; first: () => void; scopedTo: <T>(run: () => T) => T }

/** Begins the span of a call; outside of a trace one is begun for it. */
function begin({ recorder, scopes }: Inside, name: string, said: SpanSaid): Told {
  const here = scopes.current()
  const own: RootedTrace | null = here ? null : recorder.startTrace(name, { input: said.input })
  const { trace, parent, parentId } = here
    ? { trace: here.trace, parent: here.span, parentId: here.spanId }
    : { trace: own as RootedTrace, parent: (own as RootedTrace).root, parentId: null }
  const span: SpanEntry = recorder.startSpan(trace, parent, parentId, name, said)
  let has_first = false
  return {
    scopedTo: (run) => scopes.run({ trace, span, spanId: span.id }, run),
    first() {
      if (has_first) return
      has_first = true
      const ms = Math.round((recorder.timeIn(trace) - span.started) * 1000) / 1000
      recorder.setSpan(span, { attributes: { time_to_first_token_ms: ms } })
    },
    finish(end) {
      recorder.endSpan(span, end)
      if (own) recorder.endTrace(own, { output: end.output, error: end.error })
    },
  }
}

type Stream = AsyncIterable<unknown> & { iterator?: unknown }

const isStream = (value: unknown): value is Stream =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

/** A chunk with nothing but the counts. */
const isUsageOnly = (part: unknown) =>
  isRecord(part) && Array.isArray(part['choices']) && part['choices'].length === 0 && Boolean(part['usage'])

type Tap = { inside: Inside; kind: Kind; told: Told; hides_usage: boolean }

/** The same parts, seen in passing; the span ends with the stream, however that ends. */
async function* tap(parts: AsyncIterator<unknown>, { inside, kind, told, hides_usage }: Tap) {
  const gathered = kind.gather()
  const note = (part: unknown) =>
    guarded(
      inside,
      () => {
        told.first()
        gathered.add(part)
      },
      undefined,
    )
  let said: SpanSaid = { status: 'cancelled' }
  try {
    for (;;) {
      const part = await parts.next()
      if (part.done) break
      const value: unknown = part.value
      note(value)
      if (!hides_usage || !isUsageOnly(value)) yield value
    }
    said = {}
  } catch (error) {
    said = { error }
    throw error
  } finally {
    const answer = guarded(inside, () => gathered.answer(), undefined)
    guarded(
      inside,
      () => told.finish({ ...said, output: kind.output(answer), usage: readUsage(answer) }),
      undefined,
    )
    await parts.return?.()
  }
}

/** The answer as the app gets it: a stream is the very same object, with its parts passing by here. */
function receive(answer: unknown, tapped: Tap): unknown {
  const { inside, kind, told } = tapped
  return guarded(
    inside,
    () => {
      if (!isStream(answer)) {
        told.finish({ output: kind.output(answer), usage: readUsage(answer) })
        return answer
      }
      const parts = answer[Symbol.asyncIterator].bind(answer)
      const iterate = () => tap(parts(), tapped)
      // OpenAI's stream makes its copies from `iterator`, a plain member.
      const { iterator } = answer
      if (typeof iterator === 'function') {
        answer.iterator = () => tap(Reflect.apply(iterator, answer, []) as AsyncIterator<unknown>, tapped)
      } else Object.defineProperty(answer, Symbol.asyncIterator, { value: iterate, configurable: true })
      return answer
    },
    answer,
  )
}

/** OpenAI's promise has more than a promise: what it has stays, its result is seen once. */
function follow(promise: Promise<unknown>, tapped: Tap): unknown {
  const { inside, told } = tapped
  let received: Promise<unknown> | undefined
  const receiveOnce = () =>
    (received ??= promise.then(
      (answer) => receive(answer, tapped),
      (error: unknown) => {
        guarded(inside, () => told.finish({ error }), undefined)
        throw error
      },
    ))
  return new Proxy(promise, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name === 'then' || name === 'catch' || name === 'finally') {
        return (...args: unknown[]) =>
          Reflect.apply(Reflect.get(receiveOnce(), name), receiveOnce(), args) as unknown
      }
      if (name === 'withResponse') {
        return async () => {
          const [data, whole] = await Promise.all([
            receiveOnce(),
            Reflect.apply(value, target, []) as Promise<object>,
          ])
          return { ...whole, data }
        }
      }
      return value.bind(target) as unknown
    },
  })
}

function tellCall(inside: Inside, path: string, kind: Kind, call: Call, options: WrapOptions): Call {
  const { provider = 'openai', streamUsage = false } = options
  return (...args) => {
    if (inside.scopes.isApart()) return call(...args)
    const body = isRecord(args[0]) ? args[0] : {}
    const model = typeof body['model'] === 'string' ? body['model'] : undefined
    const asks = isRecord(body['stream_options']) && body['stream_options']['include_usage'] === true
    const adds = streamUsage && body['stream'] === true && path.startsWith('chat.') && !asks
    const said = {
      type: kind.type,
      input: kind.input(body),
      attributes: settingsOf(body),
      usage: { model, provider },
    }
    const told = guarded(inside, () => begin(inside, path, said), null)
    if (!told) return call(...args)
    const first = adds
      ? {
          ...body,
          stream_options: {
            ...(isRecord(body['stream_options']) ? body['stream_options'] : {}),
            include_usage: true,
          },
        }
      : args[0]
    const fail = (error: unknown) => guarded(inside, () => told.finish({ error }), undefined)
    try {
      const result = told.scopedTo(() => call(first, ...args.slice(1)))
      if (result instanceof Promise) return follow(result, { inside, kind, told, hides_usage: adds })
      fail('the call gave no promise')
      return result
    } catch (error) {
      fail(error)
      throw error
    }
  }
}

function wrap<T extends object>(inside: Inside, target: T, path: string, options: WrapOptions): T {
  const known = new Map<PropertyKey, unknown>()
  return new Proxy(target, {
    get(from, name) {
      const value: unknown = Reflect.get(from, name, from)
      if (typeof name !== 'string' || name === 'constructor') return value
      const here = path === '' ? name : `${path}.${name}`
      const kind = KINDS[here]
      const leads = Object.keys(KINDS).some((each) => each.startsWith(`${here}.`))
      if (!leads && !kind) return typeof value === 'function' ? (value.bind(from) as unknown) : value
      if (!known.has(name)) {
        if (kind && typeof value === 'function') {
          known.set(
            name,
            tellCall(inside, here, kind, (...args) => Reflect.apply(value, from, args) as unknown, options),
          )
        } else if (typeof value === 'object' && value !== null)
          known.set(name, wrap(inside, value, here, options))
        else return value
      }
      return known.get(name)
    },
  })
}

/**
 * The same OpenAI client, whose chat completions, responses and embeddings are spans: messages, tool calls, tokens,
 * streams and the time to their first part. What it gives and throws is unchanged, and so is the client handed in.
 */
export function wrapOpenAI<C extends object>(hub: LLMTraceClient, client: C, options: WrapOptions = {}): C {
  return guarded(hub.inside, () => wrap(hub.inside, client, '', options), client)
}
