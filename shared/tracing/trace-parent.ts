/** Which span something belongs to, as W3C Trace Context hands it on. */
export type SpanContext = { trace_id: string; span_id: string; sampled: boolean }

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const NONE = /^0+$/

/** Reads a `traceparent`; null for what is none, so that the request begins a trace of its own. */
export function readTraceparent(header: string | null): SpanContext | null {
  const [, version, trace_id = '', span_id = '', flags = '', rest] =
    TRACEPARENT.exec(header?.trim() ?? '') ?? []
  if (version === undefined || version === 'ff' || NONE.test(trace_id) || NONE.test(span_id)) return null
  // Only versions that are not known yet may say more.
  if (version === '00' && rest !== undefined) return null
  return { trace_id, span_id, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** The `traceparent` of what is asked on behalf of a span. */
export const writeTraceparent = ({ trace_id, span_id, sampled }: SpanContext): string =>
  `00-${trace_id}-${span_id}-${sampled ? '01' : '00'}`
