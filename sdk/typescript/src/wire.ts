import type { Entry, EventEntry, SpanEntry, TraceEntry } from './entries.ts'
import { LABELS } from './said.ts'

/** One request to the hub; `parts` are its items as JSON, so that it can be cut in two when the hub refuses it. */
export type Request = {
  path: string
  /** What stands before the items, the items, and what stands after them. */
  head: string
  parts: string[]
  tail: string
  /** Entries of the queue that are settled with it. */
  items: number
  /** Length of its texts. */
  bytes: number
  tries: number
  /** When it was first answered with a fault of the hub. */
  failed_at: number | null
  /** Not before this time of the monotonic clock. */
  due: number
}

const TRACES = '/api/v1/ingest/traces'
const EVENTS = '/api/v1/ingest/spans'

const quote = JSON.stringify

/** RFC 3339 to the microsecond, from milliseconds with their fractions. */
function timeText(ms: number): string {
  const micros = Math.round(ms * 1000)
  const rest = String(micros % 1000).padStart(3, '0')
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1)}${rest}Z`
}

export type Members = [name: string, json: string | null | undefined][]

/** A JSON object of members that are JSON already; what is null or undefined is left out. */
export const object = (members: Members, more: readonly string[] = []): string =>
  `{${[...members.flatMap(([name, json]) => (json === null || json === undefined ? [] : `"${name}":${json}`)), ...more].join(',')}}`

export const quoted = (text: string | null | undefined) =>
  text === null || text === undefined ? null : quote(text)

const attributesOf = (members: readonly string[]) => (members.length > 0 ? `{${members.join(',')}}` : null)

function headerOf(trace: TraceEntry): string {
  const { words } = trace
  return object([
    ['trace_id', quote(trace.id)],
    ...LABELS.map(([name, wire]): Members[number] => [wire, quoted(words[name])]),
    ['status', quoted(trace.ended === null ? 'running' : trace.status)],
    ['start_time', quote(timeText(trace.started))],
    ['end_time', trace.ended === null ? null : quote(timeText(trace.ended))],
    ['tags', words.tags ? quote(words.tags) : null],
    ['input_text', quoted(words.inputText)],
    ['output_text', quoted(words.outputText)],
    ['attributes', attributesOf(trace.attributes)],
    ['user_review_passed', words.userReviewPassed === undefined ? null : String(words.userReviewPassed)],
  ])
}

/** The whole of a span, or its start, as an entry of `spans`. */
function spanOf(span: SpanEntry): string {
  const open = span.ended === null
  return object(
    [
      ['span_id', quote(span.id)],
      ['trace_id', quote(span.trace.id)],
      ['parent_span_id', quoted(span.parentId)],
      ['name', quote(span.name)],
      ['span_type', quote(span.type)],
      ['status', quoted(open ? 'running' : span.status)],
      ['start_time', quote(timeText(span.started))],
      ['end_time', span.ended === null ? null : quote(timeText(span.ended))],
      ['error', quoted(span.error)],
      ['input', span.input],
      ['output', span.output],
      ['attributes', attributesOf([...span.fixed, ...span.attributes])],
      ['idempotency_key', quote(open ? `${span.id}:start` : span.id)],
    ],
    span.usage,
  )
}

type Said = {
  trace: TraceEntry
  spanId: string | null
  type: string
  at: number
  payload: string
  key: string
}

const eventOf = ({ trace, spanId, type, at, payload, key }: Said): string =>
  object([
    ['trace_id', quote(trace.id)],
    ['span_id', quoted(spanId)],
    ['event_type', quote(type)],
    ['event_time', quote(timeText(at))],
    ['payload', payload],
    ['idempotency_key', quote(key)],
  ])

function startedEvent(span: SpanEntry): string {
  const payload = object(
    [
      ['name', quote(span.name)],
      ['span_type', quote(span.type)],
      ['parent_span_id', quoted(span.parentId)],
      ['input', span.input],
      ['attributes', attributesOf([...span.fixed, ...(span.ended === null ? span.attributes : [])])],
    ],
    span.ended === null ? span.usage : [],
  )
  const { trace, id } = span
  return eventOf({ trace, spanId: id, type: 'SPAN_STARTED', at: span.started, payload, key: `${id}:start` })
}

function endedEvent(span: SpanEntry): string {
  const payload = object(
    [
      ['status', quoted(span.status)],
      ['parent_span_id', quoted(span.parentId)],
      ['error', quoted(span.error)],
      // Set after the start was sent.
      ['input', span.announced ? span.input : null],
      ['output', span.output],
      ['attributes', attributesOf(span.attributes)],
    ],
    span.usage,
  )
  const { trace, id } = span
  return eventOf({
    trace,
    spanId: id,
    type: 'SPAN_ENDED',
    at: span.ended ?? span.started,
    payload,
    key: `${id}:end`,
  })
}

const request = (path: string, head: string, parts: string[], tail: string, items: number): Request => ({
  ...{ path, head, parts, tail, items },
  bytes: parts.reduce((sum, part) => sum + part.length, head.length),
  tries: 0,
  failed_at: null,
  due: 0,
})

type Sorted = { traces: Map<TraceEntry, string[]>; events: string[]; alone: Request[] }

function sortSpan(span: SpanEntry, { traces, events }: Sorted): void {
  if (span.announced) events.push(endedEvent(span))
  else if (span.trace.own) {
    const spans = traces.get(span.trace)
    if (spans) spans.push(spanOf(span))
    else traces.set(span.trace, [spanOf(span)])
  } else {
    events.push(startedEvent(span))
    if (span.ended !== null) events.push(endedEvent(span))
  }
  span.announced = true
  span.input = null
  span.output = null
  span.attributes = []
  span.usage = []
}

function sortEntry(entry: Entry, sorted: Sorted): void {
  switch (entry.kind) {
    case 'trace':
      if (!sorted.traces.has(entry)) sorted.traces.set(entry, [])
      break
    case 'span':
      sortSpan(entry, sorted)
      break
    case 'event':
      sorted.events.push(eventOf({ ...entry, spanId: entry.spanId } satisfies EventEntry))
      break
    case 'post':
      sorted.alone.push(request(entry.path, entry.body, [], '', 1))
      entry.body = ''
      break
  }
}

/** What was taken from the queue as requests: one for each trace that was begun here, one for all events, one for each other. */
export function buildRequests(entries: readonly Entry[]): Request[] {
  const sorted: Sorted = { traces: new Map(), events: [], alone: [] }
  for (const entry of entries) sortEntry(entry, sorted)
  const headers = new Set<Entry>(entries.filter(({ kind }) => kind === 'trace'))
  const built = [...sorted.traces].map(([trace, spans]) => {
    const items = spans.length + (headers.has(trace) ? 1 : 0)
    return request(TRACES, `{"trace":${headerOf(trace)},"spans":[`, spans, ']}', items)
  })
  if (sorted.events.length > 0)
    built.push(request(EVENTS, '{"events":[', sorted.events, ']}', sorted.events.length))
  return [...built, ...sorted.alone]
}

export const bodyOf = ({ head, parts, tail }: Request): string => `${head}${parts.join(',')}${tail}`

/** Two halves of a refused request, each with its envelope; null when there is nothing to part. */
export function halve({ path, head, parts, tail, items }: Request): [Request, Request] | null {
  if (items < 2) return null
  // A trace's header counts with the first half; with one span only it goes alone.
  const header = items - parts.length
  const middle = parts.length >> 1
  return [
    request(path, head, parts.slice(0, middle), tail, middle + header),
    request(path, head, parts.slice(middle), tail, parts.length - middle),
  ]
}
