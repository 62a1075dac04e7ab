import type { Counters } from './counters.ts'
import { asText, encode } from './encode.ts'
import type { EventEntry, SpanEntry, TraceEntry } from './entries.ts'
import type { MaskedField, Settings } from './options.ts'
import type { Sender } from './sender.ts'
import type { SpanSaid, TraceSaid, Usage } from './said.ts'
import { isUsableId, label, LABELS, statusOfError, textOfError, USAGE } from './said.ts'
import { object, quoted, type Members } from './wire.ts'

/** A trace that was begun here, with its root span. */
export type RootedTrace = TraceEntry & { root: SpanEntry }

type Tools = { settings: Settings; counters: Counters; sender: Pick<Sender, 'put'> }

/** Usage as JSON members; what the hub would refuse the whole span for is left out. */
function usageMembers(usage: Usage): string[] {
  return USAGE.flatMap(([name, wire]) => {
    const value = usage[name]
    if (typeof value === 'string' && value !== '') return `"${wire}":${JSON.stringify(label(value))}`
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return []
    if (wire === 'cost_usd') return value > 1_000_000 ? [] : `"cost_usd":${value}`
    return value > 2_147_483_647 ? [] : `"${wire}":${Math.round(value)}`
  })
}

/** Turns what the app says into entries of the queue: ids, times, masks and JSON are settled here, once. */
export class Recorder {
  readonly #settings
  readonly #counters
  readonly #sender

  constructor({ settings, counters, sender }: Tools) {
    this.#settings = settings
    this.#counters = counters
    this.#sender = sender
  }

  #masked(value: unknown, field: MaskedField): unknown {
    if (!this.#settings.mask || value === undefined) return value
    try {
      return this.#settings.mask(value, field)
    } catch (error) {
      this.#counters.fault(error)
      return '[masking failed]'
    }
  }
  #json(value: unknown, field: MaskedField): string {
    return encode(this.#masked(value, field), this.#settings.maxValueLength)
  }

  #text(value: unknown, field: MaskedField): string {
    return asText(this.#masked(value, field), this.#settings.maxValueLength)
  }

  /** Attributes as JSON members; what is no object has none. */
  #members(values: Record<string, unknown> | undefined): string[] {
    if (values === undefined) return []
    const written = this.#json(values, 'attributes')
    return written.startsWith('{') && written !== '{}' ? [written.slice(1, -1)] : []
  }

  #put(entry: Parameters<Sender['put']>[0], trace: TraceEntry): void {
    if (trace.sampled && this.#settings.enabled) this.#sender.put(entry)
  }

  /** Milliseconds since 1970: the wall clock of the trace's start, carried on by the monotonic one. */
  timeIn(trace: TraceEntry): number {
    return trace.wall + (performance.now() - trace.mono)
  }

  #describe(trace: TraceEntry, said: TraceSaid): void {
    const { words } = trace
    for (const [name] of LABELS) {
      const value = said[name]
      if (isThere(value)) words[name] = label(value)
    }
    if (said.tags) words.tags = [...new Set(said.tags.filter(Boolean).map(label))].slice(0, 100)
    // A text is the trace's own; anything else is kept as JSON with the root span.
    if (typeof said.input === 'string') words.inputText = this.#text(said.input, 'input')
    if (typeof said.output === 'string') words.outputText = this.#text(said.output, 'output')
    if (said.userReviewPassed !== undefined) words.userReviewPassed = said.userReviewPassed
    trace.attributes.push(...this.#members(said.attributes))
  }

  #traceEntry(id: string, own: boolean, sampled: boolean): TraceEntry {
    const wall = Date.now()
    return {
      ...{ kind: 'trace', place: 'idle', bytes: 0, id, sampled, own, wall, mono: performance.now() },
      ...{ started: wall, ended: null, status: null, words: {}, attributes: [], root: null, visits: null },
    }
  }

  /** A trace of which nothing is sent, for where there is none to be. */
  silent(name: string): RootedTrace {
    const trace = this.#traceEntry(crypto.randomUUID(), true, false)
    const root = this.startSpan(trace, null, null, name, { type: 'root' })
    return Object.assign(trace, { root })
  }

  startTrace(name: string, said: TraceSaid): RootedTrace {
    const sampled = this.#settings.sampleRate >= 1 || Math.random() < this.#settings.sampleRate
    if (!sampled) this.#counters.stats.unsampled++
    const id = said.traceId !== undefined && isUsableId(said.traceId) ? said.traceId : crypto.randomUUID()
    const trace = this.#traceEntry(id, true, sampled && this.#settings.enabled)
    const root = this.startSpan(trace, null, null, name, { type: 'root', input: unlessText(said.input) })
    const { environment, release } = this.#settings
    this.#describe(trace, { environment, release, ...said, name })
    this.#put(trace, trace)
    return Object.assign(trace, { root })
  }

  startSpan(
    trace: TraceEntry,
    parent: SpanEntry | null,
    parentId: string | null,
    name: string,
    said: SpanSaid,
  ): SpanEntry {
    const span: SpanEntry = {
      ...{ kind: 'span', place: 'idle', bytes: 0, trace, parent, name: textName(name) },
      id: said.spanId !== undefined && isUsableId(said.spanId) ? said.spanId : crypto.randomUUID(),
      parentId: parent?.id ?? parentId,
      type: String(said.type ?? 'task').slice(0, 64),
      started: said.startTime ?? this.timeIn(trace),
      ...{ ended: null, status: null, error: null, input: null, output: null },
      ...{ attributes: [], usage: [], fixed: [], announced: false },
    }
    if (!trace.sampled) return span
    span.fixed = this.#members(said.fixed)
    this.#say(span, said)
    this.#put(span, trace)
    return span
  }

  /** Adds what is said to a span that is not sent yet. */
  #say(span: SpanEntry, said: SpanSaid): void {
    if (said.input !== undefined) span.input = this.#json(said.input, 'input')
    if (said.output !== undefined) span.output = this.#json(said.output, 'output')
    if (said.name) span.name = textName(said.name)
    if (said.attributes) span.attributes.push(...this.#members(said.attributes))
    if (said.usage) span.usage.push(...usageMembers(said.usage))
  }

  /** Says more of a span: before its end with it, afterwards as an amendment. */
  setSpan(span: SpanEntry, said: SpanSaid): void {
    if (!span.trace.sampled) return
    if (span.ended !== null) return this.amend(span.trace, span.id, said)
    this.#say(span, said)
    if (span.place === 'queued') this.#put(span, span.trace)
  }

  endSpan(span: SpanEntry, said: SpanSaid = {}): void {
    if (span.ended !== null) return
    if (span.trace.sampled) this.#say(span, said)
    span.ended = Math.max(span.started, said.endTime ?? this.timeIn(span.trace))
    span.status = said.status ?? outcomeOf(said.error)
    const { error, output, attributes, usage, input } = said
    if (isThere(error)) span.error = this.#text(textOfError(error), 'error')
    // One that waits, and weighs what it did, is where it should be.
    const is_heavier = isThere(error ?? output ?? attributes ?? usage ?? input)
    if (is_heavier || span.place !== 'queued') this.#put(span, span.trace)
  }

  endTrace(
    trace: TraceEntry,
    said: TraceSaid & { error?: unknown; endTime?: number | undefined } = {},
  ): void {
    if (trace.ended !== null) return
    const { status, error, endTime } = said
    if (trace.root) this.endSpan(trace.root, { output: unlessText(said.output), status, error, endTime })
    if (trace.sampled) this.#describe(trace, said)
    trace.ended = Math.max(trace.started, said.endTime ?? trace.root?.ended ?? this.timeIn(trace))
    trace.status = status ?? outcomeOf(error)
    if (trace.own) this.#put(trace, trace)
  }

  /** Says more of a trace; after its end too. */
  setTrace(trace: TraceEntry, said: TraceSaid): void {
    if (!trace.sampled) return
    this.#describe(trace, said)
    const [input, output] = [unlessText(said.input), unlessText(said.output)]
    if (trace.root && (input !== undefined || output !== undefined))
      this.setSpan(trace.root, { input, output })
    if (trace.own) this.#put(trace, trace)
  }

  event(
    trace: TraceEntry,
    type: EventEntry['type'],
    spanId: string | null,
    payload: string,
    key?: string,
  ): void {
    if (!trace.sampled) return
    const at = this.timeIn(trace)
    const head = { kind: 'event', place: 'idle', bytes: 0, trace, type, spanId } as const
    this.#put({ ...head, at, payload, key: key ?? crypto.randomUUID() }, trace)
  }

  log(trace: TraceEntry, spanId: string | null, message: string, level: string, metadata?: unknown): void {
    if (!trace.sampled) return
    const said = {
      message: this.#masked(message, 'message'),
      level,
      metadata: this.#masked(metadata, 'attributes'),
    }
    this.event(trace, 'LOG', spanId, encode(said, this.#settings.maxValueLength))
  }

  amend(trace: TraceEntry, spanId: string, said: SpanSaid): void {
    const { name, type, status, error, input, output, attributes, usage } = said
    const patch: Members = [
      ['name', quoted(name?.slice(0, 1024) || null)],
      ['span_type', quoted(type?.slice(0, 64) || null)],
      ['status', quoted(status)],
      ['error', isThere(error) ? quoted(this.#text(textOfError(error), 'error')) : null],
      ['input', input === undefined ? null : this.#json(input, 'input')],
      ['output', output === undefined ? null : this.#json(output, 'output')],
      ['attributes', attributes ? `{${this.#members(attributes).join(',')}}` : null],
    ]
    const more = usage ? usageMembers(usage) : []
    this.event(trace, 'AMENDMENT', spanId, `{"patch":${object(patch, more)}}`)
  }

  /** A request of its own, beside the batches. */
  post(trace: TraceEntry | null, path: string, body: string): void {
    if (!this.#settings.enabled || trace?.sampled === false) return
    this.#sender.put({ kind: 'post', place: 'idle', bytes: 0, path, body })
  }

  /** A trace that was begun elsewhere; only its id is known. */
  foreign(id: string): TraceEntry {
    return this.#traceEntry(id, false, this.#settings.enabled)
  }
}

const textName = (name: unknown) => String(name ?? '').slice(0, 1024) || 'span'

const isThere = (value: unknown) => value !== undefined && value !== null

const outcomeOf = (error: unknown) => (isThere(error) ? statusOfError(error) : 'success')

const unlessText = (value: unknown) => (typeof value === 'string' ? undefined : value)
