/** Attributes by name, without a prototype: `__proto__` is a name like any other. */
export type Attributes = Record<string, unknown>

export type OtlpEvent = { name: string; at: number | null; attributes: Attributes }
export type OtlpLink = { trace_id: string; span_id: string; attributes: Attributes }

/** Where a span came from: the process, and the library that made it. */
export type Origin = { resource: Attributes; scope: { name: string; version: string } }

/** A span as OpenTelemetry means it, the same from protobuf and JSON. Times in microseconds. */
export type OtlpSpan = Origin & {
  trace_id: string
  span_id: string
  parent_span_id: string | null
  name: string
  kind: number
  start_time: number
  /** Null while nobody said that it has ended. */
  end_time: number | null
  attributes: Attributes
  events: OtlpEvent[]
  links: OtlpLink[]
  /** 0 unset, 1 ok, 2 error. */
  status_code: number
  status_message: string
}

/** A request as it was sent, its spans counted through resources and scopes; each is read when it is asked for. */
export type Sent = {
  count: number
  /** False where an erasure took the span. */
  stands(ordinal: number): boolean
  /** Throws an Unfit when the span cannot be taken. */
  span(ordinal: number): OtlpSpan
  /** The process and the library of a span. */
  origin(ordinal: number): Origin
  /** The span as it stands in the request. */
  raw(ordinal: number): unknown
  /** Tells two sayings of one span apart. */
  digest(ordinal: number): string
  /** The ids that a span names, whether or not the rest of it can be read. */
  ids(ordinal: number): { trace_id: string | null; span_id: string | null }
}

/** Ordinals of evaluations lie above those of spans: the events of a span by their position, times this. */
export const EVENT_STEP = 1 << 20

export const noAttributes = (): Attributes => Object.create(null) as Attributes
