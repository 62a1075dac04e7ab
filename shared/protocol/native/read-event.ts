import { EVENT_TYPES, SaidEvent, SpanPatch, SpanPayload } from '../../schema/said.ts'
import { digest64, idKey } from '../../ids.ts'
import { cleanOrNull, isRecord, preview } from '../clean.ts'
import { LEVEL, type Item, type SpanSaying, type SpanValues } from '../saying.ts'
import { nodeOf, refOf, settledStatus, shortError, usagePlaces } from './read-span.ts'
import { readUsage } from './read-usage.ts'
import { fit, status, time, Unfit } from './refuse.ts'

type Place = (string | number)[]
type Reading = { said: SaidEvent; payload: Record<string, unknown>; when: number; at: Place }

const SILENT: SpanValues = {
  parent_key: null,
  name: null,
  span_type: null,
  status: null,
  start_time: null,
  end_time: null,
  error: null,
  model: null,
  provider: null,
  input_tokens: null,
  output_tokens: null,
  cache_read_tokens: null,
  reasoning_tokens: null,
  cost_nano: null,
  node: null,
  input_preview: null,
  output_preview: null,
}

function spanOf({ said, at }: Reading) {
  if (said.span_id) return refOf(said.span_id)
  throw new Unfit([{ type: 'missing', loc: [...at, 'span_id'], msg: `${said.event_type} needs a span_id` }])
}

/** What a start and an end say; the payload's members that the hub does not know stay in the log. */
function readLifecycle(reading: Reading, ended: boolean): SpanSaying {
  const { payload, when, at } = reading
  const place = [...at, 'payload']
  const said = fit(SpanPayload, payload, place)
  const parent_key = said.parent_span_id ? idKey(said.parent_span_id) : null
  return {
    span: spanOf(reading),
    level: ended ? LEVEL.end : LEVEL.start,
    values: {
      parent_key,
      name: cleanOrNull(said.name),
      span_type: cleanOrNull(said.span_type),
      status: settledStatus(status(said.status, [...place, 'status']), ended, said.error),
      start_time: ended ? null : when,
      end_time: ended ? when : null,
      error: shortError(said.error),
      ...readUsage(said, [payload['token_usage'], ...usagePlaces(said.attributes)]),
      node: nodeOf(said),
      input_preview: parent_key === null ? preview(said.input) : null,
      output_preview: parent_key === null ? preview(said.output) : null,
    },
    payload: () => ({
      input: said.input,
      output: said.output,
      attributes: said.attributes ?? undefined,
      error: said.error ?? undefined,
    }),
  }
}

function readAmendment(reading: Reading): SpanSaying {
  const place = [...reading.at, 'payload', 'patch']
  const patch = fit(SpanPatch, reading.payload['patch'], place)
  return {
    span: spanOf(reading),
    level: LEVEL.amendment,
    values: {
      ...SILENT,
      name: cleanOrNull(patch.name),
      span_type: cleanOrNull(patch.span_type),
      status: status(patch.status, [...place, 'status']),
      error: shortError(patch.error),
      ...readUsage(patch, usagePlaces(patch.attributes)),
      input_preview: preview(patch.input),
      output_preview: preview(patch.output),
    },
    payload: () => ({
      input: patch.input,
      output: patch.output,
      attributes: patch.attributes,
      error: patch.error,
    }),
  }
}

/** An EVENT in which the MVP's SDK tells what a node returned and used; any other EVENT says nothing of its span. */
function readNodeResult({ said, payload }: Reading): SpanSaying | null {
  const output = payload['output_state']
  const usage = [payload['token_usage'], isRecord(output) ? output['token_usage'] : undefined]
  const values = readUsage({}, usage)
  if (
    !said.span_id ||
    (output === undefined && values.input_tokens === null && values.output_tokens === null)
  ) {
    return null
  }
  return {
    span: refOf(said.span_id),
    level: LEVEL.event,
    values: { ...SILENT, ...values, output_preview: preview(output) },
    payload: () => ({ input: undefined, output, attributes: undefined, error: undefined }),
  }
}

const READERS: Record<SaidEvent['event_type'], (reading: Reading) => SpanSaying | null> = {
  SPAN_STARTED: (reading) => readLifecycle(reading, false),
  SPAN_ENDED: (reading) => readLifecycle(reading, true),
  AMENDMENT: readAmendment,
  EVENT: readNodeResult,
  LOG: () => null,
}

/** Reads one entry of `events`. */
export function readEvent(raw: unknown, ordinal: number): Item {
  const at = ['body', 'events', ordinal]
  const said = fit(SaidEvent, raw, at)
  const when = time(said.event_time, [...at, 'event_time'])
  const payload = said.payload ?? {}
  return {
    ordinal,
    trace: refOf(said.trace_id),
    key: said.idempotency_key,
    digest: digest64(said.idempotency_key),
    at: when,
    raw,
    span: READERS[said.event_type]({ said, payload, when, at }),
    event: {
      type: EVENT_TYPES.indexOf(said.event_type),
      span_key: said.span_id ? idKey(said.span_id) : null,
      payload: () => payload,
    },
    evaluation: null,
  }
}
