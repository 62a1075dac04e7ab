import { digest64 } from '../../ids.ts'
import { cleanOrNull, isRecord, preview } from '../clean.ts'
import { normalise } from '../dialects/normalise.ts'
import { refOf } from '../native/read-span.ts'
import { fit, time } from '../native/refuse.ts'
import { EVENT_KINDS, SILENT_TRACE, type Item } from '../saying.ts'
import { traceAsSpan } from './as-span.ts'
import type { Entry } from './entry.ts'
import { orderedAt, traceRank } from './order.ts'
import { SaidTrace, valueOf } from './said.ts'

/** Keeps the key of what was said, and is no moment of the timeline. */
const SAID = EVENT_KINDS.indexOf('SPAN')

/** Reads what was said of a trace; a client says it again with what it came to know. */
export function readTrace(entry: Entry): Item {
  const place = [...entry.at, 'body']
  const said = fit(SaidTrace, entry.body, place)
  const own_time = time(said.timestamp, [...place, 'timestamp'])
  const trace = refOf(said.id || entry.id)
  const saying = { trace_id: trace.key, span_id: '', name: '', start_time: own_time, end_time: null }
  const normal = normalise(traceAsSpan(said, saying), preview)
  const { metadata } = said
  return {
    ordinal: entry.ordinal,
    trace,
    key: entry.id,
    digest: digest64(entry.id),
    at: orderedAt(entry.timestamp, traceRank(entry.timestamp, own_time)),
    raw: entry.raw,
    span: null,
    event: { type: SAID, span_key: null, payload: () => ({}) },
    evaluation: null,
    about: {
      ...SILENT_TRACE,
      ...normal.trace,
      external_id: cleanOrNull(said.externalId?.slice(0, 255)),
      input_preview: preview(valueOf(said.input)),
      output_preview: preview(valueOf(said.output)),
    },
    own: {
      start_time: own_time ?? entry.timestamp,
      payload: () => ({
        input: valueOf(said.input),
        output: valueOf(said.output),
        attributes: {
          ...(said.version ? { version: said.version } : {}),
          ...(said.public ? { public: said.public } : {}),
          ...(metadata === undefined || metadata === null
            ? {}
            : { metadata: isRecord(metadata) ? metadata : { metadata } }),
        },
        error: undefined,
      }),
    },
  }
}
