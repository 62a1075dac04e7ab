import { ERROR, RUNNING, SUCCESS } from '../../schema/status.ts'
import { SaidSpan } from '../../schema/said.ts'
import { digest64, idForm, idKey } from '../../ids.ts'
import { clean, cleanOrNull, isRecord, preview } from '../clean.ts'
import { LEVEL, type IdRef, type Item, type NodeRef, type SpanValues } from '../saying.ts'
import { readNodeRef } from './read-node-ref.ts'
import { readUsage } from './read-usage.ts'
import { fit, status, time, Unfit } from './refuse.ts'

const ERROR_LENGTH = 500

export function refOf(id: string): IdRef {
  const key = idKey(id)
  const form = idForm(id, key)
  return { key, form, text: form === 2 ? id : null }
}

/** The part of an error that stands in the row; the whole stays in the log. */
export const shortError = (text: string | null | undefined): string | null =>
  text ? clean(text.slice(0, ERROR_LENGTH)) : null

/** What a status is when the sender left it out: an ended span succeeded unless it has an error. */
export function settledStatus(said: number | null, ended: boolean, error: string | null | undefined): number {
  if (said !== null && !(ended && said === RUNNING)) return said
  if (error) return ERROR
  return ended ? SUCCESS : RUNNING
}

type Members = {
  span_type?: string | null
  attributes?: Record<string, unknown> | null
}

export const nodeOf = (said: Members): NodeRef | null =>
  said.span_type === 'langgraph_node' && said.attributes ? readNodeRef(said.attributes) : null

/** Usage as the MVP's clients send it, beside or inside the attributes. */
export const usagePlaces = (attributes: Record<string, unknown> | null | undefined): unknown[] => {
  const metadata = attributes?.['metadata']
  return [
    attributes?.['usage'],
    attributes?.['token_usage'],
    isRecord(metadata) ? metadata['token_usage'] : undefined,
  ]
}

/** Reads one entry of `spans`. */
export function readSpan(raw: unknown, ordinal: number, trace: IdRef): Item {
  const at = ['body', 'spans', ordinal]
  const said = fit(SaidSpan, raw, at)
  if (idKey(said.trace_id) !== trace.key) {
    throw new Unfit(
      [{ type: 'trace_mismatch', loc: [...at, 'trace_id'], msg: 'Differs from trace.trace_id' }],
      'trace_mismatch',
    )
  }
  const start_time = time(said.start_time, [...at, 'start_time'])
  const end_time = time(said.end_time, [...at, 'end_time'])
  const ended = end_time !== null
  const parent_key = said.parent_span_id ? idKey(said.parent_span_id) : null
  const values: SpanValues = {
    parent_key,
    name: cleanOrNull(said.name),
    span_type: cleanOrNull(said.span_type),
    status: settledStatus(status(said.status, [...at, 'status']), ended, said.error),
    start_time,
    end_time,
    error: shortError(said.error),
    ...readUsage(said, usagePlaces(said.attributes)),
    node: nodeOf(said),
    input_preview: parent_key === null ? preview(said.input) : null,
    output_preview: parent_key === null ? preview(said.output) : null,
  }
  const when = end_time ?? start_time
  return {
    ordinal,
    trace,
    key: said.idempotency_key,
    digest: digest64(said.idempotency_key),
    at: when,
    raw,
    span: {
      span: refOf(said.span_id),
      level: ended ? LEVEL.end : LEVEL.start,
      values,
      payload: () => ({
        input: said.input,
        output: said.output,
        attributes: said.attributes ?? undefined,
        error: said.error ?? undefined,
      }),
    },
    event: null,
    evaluation: null,
  }
}
