import { isSpanType, LANGGRAPH_NODE } from '../../schema/span-types.ts'
import { SaidLangsmithRun } from '../../schema/said-langsmith.ts'
import { RUNNING, SUCCESS } from '../../schema/status.ts'
import { digest64, idKey } from '../../ids.ts'
import { preview } from '../clean.ts'
import { normalise, payloadOf, type Normal } from '../dialects/normalise.ts'
import { aboutOf, rowValues } from '../dialects/row-values.ts'
import { refOf } from '../native/read-span.ts'
import { fit, Unfit } from '../native/refuse.ts'
import type { OtlpSpan } from '../otlp/span.ts'
import { isVisit, LEVEL, type Attachment, type Item, type SpanValues } from '../saying.ts'
import { readDottedOrder, traceOf } from './dotted-order.ts'
import { attributesOf } from './read-attributes.ts'
import { stamp } from './stamp.ts'
import { asSpan } from './as-span.ts'

export type Operation = 'post' | 'patch'

/** A run as one part of a request tells it: whether it begins or goes on, and what of it is said. */
export type SaidRun = {
  operation: Operation
  id: string
  run: Record<string, unknown>
  at: (string | number)[]
}

/** Where a run is and when it was, whichever of its members tell. */
export type Placed = {
  said: SaidLangsmithRun
  trace_id: string
  parent_id: string | null
  start_time: number | null
  end_time: number | null
  when: number
}

const missing = (at: (string | number)[], name: string, msg: string) =>
  new Unfit([{ type: 'missing', loc: [...at, name], msg }])

/** Starts have microseconds, ends may not: a run of less than a millisecond has not ended before it began. */
function afterStart(start: number | null, end: number | null): number | null {
  return start !== null && end !== null && end < start && start - end < 1000 ? start : end
}

function placeOf({ operation, id, run, at }: SaidRun): Placed {
  const said = fit(SaidLangsmithRun, run, at)
  if (said.id && idKey(said.id) !== idKey(id)) {
    throw new Unfit([{ type: 'value_error', loc: [...at, 'id'], msg: 'Names another run than its part' }])
  }
  const way = readDottedOrder(said.dotted_order, id)
  const parent = said.parent_run_id ?? way?.parent ?? null
  const trace_id = traceOf(operation, id, run, way)
  if (trace_id === null)
    throw missing(at, 'trace_id', 'Expected a trace_id, or a dotted_order that ends with the run')
  const start_time = way?.start_time ?? stamp(said.start_time, [...at, 'start_time'])
  const end_time = afterStart(start_time, stamp(said.end_time, [...at, 'end_time']))
  const when = end_time ?? start_time
  if (when === null) throw missing(at, 'start_time', 'Expected a time: start_time, end_time or dotted_order')
  const parent_id = parent !== null && idKey(parent) === idKey(id) ? null : parent
  return { said, trace_id, parent_id, start_time, end_time, when }
}

/** Not said is null, so that nothing that was said elsewhere is taken back. */
function statusOf({ operation }: SaidRun, { end_time }: Placed, { status }: Normal, failed: boolean) {
  if (failed) return status
  if (end_time !== null) return SUCCESS
  return operation === 'post' ? RUNNING : null
}

/** The metadata of a node stand on all that runs inside it, so without a name nobody can say which of them this is. */
function typeOf(
  { operation }: SaidRun,
  { said }: Placed,
  { node, span_type, metadata }: Normal,
): string | null {
  if (isVisit(node)) return LANGGRAPH_NODE
  if (metadata['langgraph_node'] !== undefined && !said.name) return null
  if (operation === 'patch' && !said.run_type) return null
  return isSpanType(span_type) ? span_type : null
}

function valuesOf(run: SaidRun, placed: Placed, span: OtlpSpan, normal: Normal): SpanValues {
  const { said, parent_id, start_time, end_time } = placed
  const { dialects } = normal
  const shown = parent_id === null
  return {
    parent_key: parent_id === null ? null : idKey(parent_id),
    name: said.name ? normal.name : null,
    span_type: typeOf(run, placed, normal),
    status: statusOf(run, placed, normal, span.status_code === 2),
    start_time,
    end_time,
    ...rowValues(normal),
    input_preview: shown ? preview(payloadOf(span, dialects, 'input')) : null,
    output_preview: shown ? preview(payloadOf(span, dialects, 'output')) : null,
  }
}

const levelOf = ({ operation }: SaidRun, { end_time }: Placed): number => {
  if (end_time !== null) return LEVEL.end
  return operation === 'post' ? LEVEL.start : LEVEL.event
}

function payload(run: SaidRun) {
  const placed = placeOf(run)
  const span = asSpan(run, placed)
  const normal = normalise(span, preview)
  return {
    input: payloadOf(span, normal.dialects, 'input'),
    output: payloadOf(span, normal.dialects, 'output'),
    attributes: attributesOf(run.run, normal),
    error: normal.error,
  }
}

/** How an item is told from others of its run, and where it stands. `again` reads it anew, so that nothing holds its words. */
export type Standing = {
  ordinal: number
  digest: string
  raw: () => unknown
  again: () => SaidRun
  attachments: Attachment[]
}

/** What a part says of a run. Throws an Unfit when it cannot be taken. */
export function readRun(run: SaidRun, { ordinal, digest, raw, again, attachments }: Standing): Item {
  const placed = placeOf(run)
  const span = asSpan(run, placed)
  const normal = normalise(span, preview)
  const key = `${run.operation} ${run.id} ${digest}`
  return {
    ordinal,
    trace: refOf(placed.trace_id),
    key,
    digest: digest64(key),
    at: placed.when,
    get raw() {
      return raw()
    },
    span: {
      span: refOf(run.id),
      level: levelOf(run, placed),
      values: valuesOf(run, placed, span, normal),
      payload: () => payload(again()),
    },
    event: null,
    evaluation: null,
    about: aboutOf(normal),
    ...(attachments.length > 0 ? { attachments } : {}),
  }
}
