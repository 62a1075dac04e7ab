import { Unfit } from '../native/refuse.ts'
import { isRecord } from '../clean.ts'
import { openProtobuf, type ProtobufRequest } from './open-protobuf.ts'
import type { Attributes, OtlpSpan, Sent } from './span.ts'

function valueOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(valueOf) } }
  return isRecord(value) ? { kvlistValue: { values: pairsOf(value) } } : {}
}

const pairsOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }))

const nanos = (micros: number | null): string => (micros === null ? '0' : `${micros}000`)

const spanOf = (span: OtlpSpan) => ({
  traceId: span.trace_id,
  spanId: span.span_id,
  ...(span.parent_span_id === null ? {} : { parentSpanId: span.parent_span_id }),
  name: span.name,
  kind: span.kind,
  startTimeUnixNano: nanos(span.start_time),
  endTimeUnixNano: nanos(span.end_time),
  attributes: pairsOf(span.attributes),
  events: span.events.map(({ name, at, attributes }) => ({
    ...{ name, timeUnixNano: nanos(at), attributes: pairsOf(attributes) },
  })),
  links: span.links.map(({ trace_id, span_id, attributes }) => ({
    ...{ traceId: trace_id, spanId: span_id, attributes: pairsOf(attributes) },
  })),
  status: { code: span.status_code, message: span.status_message },
})

/** A span that cannot be read is nothing that could be masked; it is refused as it would be anyway. */
function readOrNothing(sent: Sent, ordinal: number): OtlpSpan | null {
  try {
    return sent.span(ordinal)
  } catch (error) {
    if (error instanceof Unfit) return null
    throw error
  }
}

/** A request in protobuf as OTLP/JSON, its spans in the same places: what is masked is masked as JSON. */
export function writeJson(request: ProtobufRequest): unknown {
  const sent = openProtobuf(request)
  const resourceSpans: { resource: unknown; scopeSpans: { scope: unknown; spans: unknown[] }[] }[] = []
  let group = -1
  for (let ordinal = 0; ordinal < sent.count; ordinal++) {
    const span = readOrNothing(sent, ordinal)
    const own = request.index.group_of[ordinal] ?? 0
    if (own !== group || resourceSpans.length === 0) {
      group = own
      const { resource, scope } = sent.origin(ordinal)
      const spans: unknown[] = []
      resourceSpans.push({ resource: { attributes: pairsOf(resource) }, scopeSpans: [{ scope, spans }] })
    }
    resourceSpans.at(-1)?.scopeSpans[0]?.spans.push(span ? spanOf(span) : null)
  }
  return { resourceSpans }
}
