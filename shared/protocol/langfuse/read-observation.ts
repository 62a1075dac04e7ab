import { digest64, idKey } from '../../ids.ts'
import { SUCCESS } from '../../schema/status.ts'
import { isRecord, preview } from '../clean.ts'
import { normalise, type Normal } from '../dialects/normalise.ts'
import { aboutOf, rowValues } from '../dialects/row-values.ts'
import { refOf } from '../native/read-span.ts'
import { fit, time, Unfit } from '../native/refuse.ts'
import { isVisit, LEVEL, type Item, type SpanValues } from '../saying.ts'
import { observationAsSpan } from './as-span.ts'
import type { Entry } from './entry.ts'
import { orderedAt, updateRank } from './order.ts'
import { SaidObservation, valueOf } from './said.ts'

type Times = { start_time: number | null; end_time: number | null }
type Kind = { kind: string; is_update: boolean }

/** Kinds of which an update says nothing new: any observation may have it. */
const VAGUE = new Set(['span', 'observation'])

/** An event is a moment. */
function timesOf(said: SaidObservation, { at }: Entry, { kind, is_update }: Kind): Times {
  const place = [...at, 'body']
  const start_time = time(said.startTime, [...place, 'startTime'])
  const end_time = time(said.endTime, [...place, 'endTime'])
  return { start_time, end_time: end_time ?? (kind === 'event' && !is_update ? start_time : null) }
}

/** Without a level nothing is said of how it went: that may stand in another entry. */
function statusOf(said: SaidObservation, { status, error }: Normal, end_time: number | null): number | null {
  if (error !== undefined) return status
  return said.level && end_time !== null ? SUCCESS : null
}

function valuesOf(
  said: SaidObservation,
  normal: Normal,
  times: Times,
  { kind, is_update }: Kind,
): SpanValues {
  const { node } = normal
  const shown = !said.parentObservationId
  const is_vague = is_update && VAGUE.has(kind) && !isVisit(node)
  return {
    ...times,
    parent_key: said.parentObservationId ? idKey(said.parentObservationId) : null,
    name: normal.name || null,
    span_type: is_vague ? null : normal.span_type,
    status: statusOf(said, normal, times.end_time),
    ...rowValues(normal),
    input_preview: shown ? preview(valueOf(said.input)) : null,
    output_preview: shown ? preview(valueOf(said.output)) : null,
  }
}

/** Beside its payload, all that it said in the words of Langfuse. */
function attributesOf(said: SaidObservation, { tokens, first_token_ms }: Normal): Record<string, unknown> {
  const { metadata } = said
  const named = {
    level: said.level,
    status_message: said.statusMessage,
    version: said.version,
    model_parameters: said.modelParameters,
    prompt_name: said.promptName,
    prompt_version: said.promptVersion,
    usage: said.usage,
    usage_details: said.usageDetails,
    cost_details: said.costDetails,
    completion_start_time: said.completionStartTime,
    time_to_first_token_ms: first_token_ms,
    cache_write_tokens: tokens.cache_write,
    metadata: isRecord(metadata) || metadata === undefined ? metadata : { metadata },
  }
  return Object.fromEntries(
    Object.entries(named).filter(([, value]) => value !== undefined && value !== null),
  )
}

/** The ids of an observation: one that names no trace is a trace of its own, as Langfuse has it. */
function idsOf(said: SaidObservation, { id, at }: Entry, { is_update }: Kind) {
  const missing = (name: string) =>
    new Unfit([{ type: 'missing', loc: [...at, 'body', name], msg: 'An update names what it updates' }])
  if (is_update && !said.id) throw missing('id')
  if (is_update && !said.traceId) throw missing('traceId')
  const own = said.id || id
  return { span: refOf(own), trace: refOf(said.traceId || own) }
}

/** Reads what was said of an observation; whatever the clocks say, an update comes after what created it. */
export function readObservation(entry: Entry, sent: Kind): Item {
  const said = fit(SaidObservation, entry.body, [...entry.at, 'body'])
  const of_body = sent.kind === 'observation' && said.type ? said.type.toLowerCase() : sent.kind
  const kind = { ...sent, kind: of_body }
  const { span, trace } = idsOf(said, entry, kind)
  const times = timesOf(said, entry, kind)
  const saying = { trace_id: trace.key, span_id: span.key, name: said.name ?? '', ...times }
  const normal = normalise(observationAsSpan(said, of_body, saying), preview)
  return {
    ordinal: entry.ordinal,
    trace,
    key: entry.id,
    digest: digest64(entry.id),
    at: orderedAt(entry.timestamp, kind.is_update ? updateRank(times.end_time !== null) : 0),
    raw: entry.raw,
    span: {
      span,
      level: kind.is_update ? LEVEL.event : LEVEL.start,
      values: valuesOf(said, normal, times, kind),
      payload: () => ({
        input: valueOf(said.input),
        output: valueOf(said.output),
        attributes: attributesOf(said, normal),
        error: normal.error,
      }),
    },
    event: null,
    evaluation: null,
    about: aboutOf(normal),
  }
}
