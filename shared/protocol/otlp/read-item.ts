import { digest64 } from '../../ids.ts'
import { normalise, payloadOf, type Normal } from '../dialects/normalise.ts'
import { aboutOf, rowValues } from '../dialects/row-values.ts'
import { preview } from '../clean.ts'
import { refOf } from '../native/read-span.ts'
import { LEVEL, type Item, type SpanValues } from '../saying.ts'
import { evaluationsOf } from './read-evaluations.ts'
import { EVENT_STEP, type OtlpSpan, type Sent } from './span.ts'

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']

const valuesOf = (span: OtlpSpan, normal: Normal): SpanValues => {
  const { dialects } = normal
  const shown = span.parent_span_id === null
  return {
    parent_key: span.parent_span_id,
    name: normal.name || null,
    span_type: normal.span_type,
    status: normal.status,
    start_time: span.start_time,
    end_time: span.end_time,
    ...rowValues(normal),
    input_preview: shown ? preview(payloadOf(span, dialects, 'input')) : null,
    output_preview: shown ? preview(payloadOf(span, dialects, 'output')) : null,
  }
}

/** The attributes as they were sent, and beside them what a span has that is none. */
function attributesOf(span: OtlpSpan, { first_token_ms, tokens, metadata }: Normal): Record<string, unknown> {
  const { scope, resource, events, links, kind } = span
  return {
    ...span.attributes,
    ...(first_token_ms === null ? {} : { time_to_first_token_ms: first_token_ms }),
    ...(tokens.cache_write === null ? {} : { cache_write_tokens: tokens.cache_write }),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
    otel: {
      scope,
      resource,
      ...(kind > 0 ? { kind: KINDS[kind] ?? kind } : {}),
      ...(span.status_code > 0 ? { status: { code: span.status_code, message: span.status_message } } : {}),
      ...(events.length > 0 ? { events } : {}),
      ...(links.length > 0 ? { links } : {}),
    },
  }
}

function itemOf(sent: Sent, ordinal: number, span: OtlpSpan): Item {
  const normal = normalise(span, preview)
  const key = `${span.span_id} ${sent.digest(ordinal)}`
  return {
    ordinal,
    trace: refOf(span.trace_id),
    key,
    digest: digest64(key),
    at: span.end_time ?? span.start_time,
    raw: sent.raw(ordinal),
    span: {
      span: refOf(span.span_id),
      level: span.end_time === null ? LEVEL.start : LEVEL.end,
      values: valuesOf(span, normal),
      payload: () => ({
        input: payloadOf(span, normal.dialects, 'input'),
        output: payloadOf(span, normal.dialects, 'output'),
        attributes: attributesOf(span, normal),
        error: normal.error,
      }),
    },
    event: null,
    evaluation: null,
    about: aboutOf(normal),
  }
}

/** What a span of a request says: of itself, and as evaluations. Throws an Unfit when it cannot be taken. */
export function readItems(sent: Sent, ordinal: number): Item[] {
  const span = sent.span(ordinal)
  return [itemOf(sent, ordinal, span), ...evaluationsOf(sent, ordinal, span)]
}

/** What stands at an ordinal of a stored request; null where an erasure left nothing. */
export function readItem(sent: Sent, ordinal: number): Item | null {
  const at = ordinal % EVENT_STEP
  if (at >= sent.count || !sent.stands(at)) return null
  const span = sent.span(at)
  if (ordinal === at) return itemOf(sent, at, span)
  return evaluationsOf(sent, at, span).find((item) => item.ordinal === ordinal) ?? null
}
