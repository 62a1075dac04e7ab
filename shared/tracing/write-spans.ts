import type { Attributes, Asked } from './tracer.ts'
import type { SpanContext } from './trace-parent.ts'

/** A span that is over; times in milliseconds since 1970, with parts. */
export type Ended = {
  context: SpanContext
  parent: SpanContext | null
  name: string
  kind: Asked['kind']
  began_at: number
  ended_at: number
  attributes: Attributes
  links: readonly SpanContext[]
  failed: boolean
}

const KINDS: Record<Asked['kind'], number> = { internal: 1, server: 2, client: 3 }
const ERROR = 2
const LONGEST = 256

const nanos = (ms: number): string => {
  const whole = Math.floor(ms)
  return `${whole}${String(Math.floor((ms - whole) * 1e6)).padStart(6, '0')}`
}

function valueOf(value: string | number | boolean) {
  if (typeof value === 'string') return { stringValue: value.slice(0, LONGEST) }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }))

const spanOf = ({ context, parent, name, kind, began_at, ended_at, attributes, links, failed }: Ended) => ({
  traceId: context.trace_id,
  spanId: context.span_id,
  ...(parent ? { parentSpanId: parent.span_id } : {}),
  ...{ name, kind: KINDS[kind] },
  ...{ startTimeUnixNano: nanos(began_at), endTimeUnixNano: nanos(Math.max(began_at, ended_at)) },
  attributes: attributesOf(attributes),
  ...(links.length > 0
    ? { links: links.map(({ trace_id, span_id }) => ({ traceId: trace_id, spanId: span_id })) }
    : {}),
  status: failed ? { code: ERROR } : {},
})

/** Some spans as one request of OTLP in JSON. */
export const writeSpans = (
  resource: Attributes,
  scope: { name: string; version: string },
  spans: Ended[],
): string =>
  JSON.stringify({
    resourceSpans: [
      { resource: { attributes: attributesOf(resource) }, scopeSpans: [{ scope, spans: spans.map(spanOf) }] },
    ],
  })
