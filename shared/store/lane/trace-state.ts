import { SILENT_TRACE, type Header, type TraceValues } from '../../protocol/saying.ts'
import { foldFirst, foldNext, TRACE_FIELDS, type Folded } from '../../schema/merge.ts'
import { DECISION } from '../../schema/span-types.ts'
import { RUNNING, SUCCESS } from '../../schema/status.ts'
import type { Source } from '../sources.ts'
import type { SpanRow } from './span-row.ts'
import { isObject, moveHeaderUp } from './trace-words.ts'

/** The root span as its trace remembers it. */
export type Root = { span_key: string; start_time: number | null }

/** A trace in the making: what its row holds. Columns that a root gave stay until another root is found. */
export type TraceState = {
  start_time: number
  /** Whether a trace or span said when it started; until then the time is that of the first event. */
  start_said: boolean
  said: Folded<TraceValues> | null
  root: Root | null
  shown: TraceValues
  total_spans: number
  ended_spans: number
  error_count: number
  input_tokens: number
  output_tokens: number
  cost_nano: number
  costed_spans: number
}

export const newState = (): TraceState => ({
  start_time: Number.POSITIVE_INFINITY,
  start_said: false,
  said: null,
  root: null,
  shown: { ...SILENT_TRACE },
  total_spans: 0,
  ended_spans: 0,
  error_count: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost_nano: 0,
  costed_spans: 0,
})

/** A time at which the trace is known to have been; a said start outranks the times of mere events. */
export function witness(state: TraceState, at: number, is_start: boolean): void {
  if (is_start && !state.start_said) {
    state.start_said = true
    state.start_time = at
  } else if (is_start === state.start_said) state.start_time = Math.min(state.start_time, at)
}

const laterOrLast = (a: Source, b: Source) => (a.level - b.level || a.at - b.at) >= 0

/** Folds a header in; false when the trace has said these very words before. */
export function sayHeader(state: TraceState, header: Header, log_id: string): boolean {
  const { level, at, digest, values } = header
  if (state.said?.sources.some((source) => source.digest === digest)) return false
  const source = { log_id, ordinal: -1, level, at, digest }
  if (state.said) {
    foldNext(TRACE_FIELDS, state.said, source, values, laterOrLast)
    moveHeaderUp(state.said)
  } else state.said = foldFirst(TRACE_FIELDS, source, values)
  if (values.user_review_passed !== null) state.shown.user_review_passed = values.user_review_passed
  witness(state, header.start_time, true)
  return true
}

type Speaker = SpanRow | null | 'unchanged'

const valuesOf = (speaker: Speaker): RootValues | null =>
  speaker === null || speaker === 'unchanged' ? null : speaker.folded.values

/** What the trace shows: its own words, and for what it never said, its root span's; `last` tells how and when it ended. */
export function show(state: TraceState, root: Speaker, last: Speaker): void {
  const { shown } = state
  TRACE_FIELDS.forEach((field, index) => {
    const said = state.said !== null && (state.said.winners[index] ?? -1) >= 0
    const speaker = field === 'end_time' ? last : root
    const of = valuesOf(speaker)
    if (said && state.said) assign(shown, field, state.said.values[field])
    else if (speaker !== 'unchanged') assign(shown, field, of ? rootValue(of, field) : null)
  })
  shown.status = statusOf(state, last)
}

const assign = <F extends keyof TraceValues>(shown: TraceValues, field: F, value: TraceValues[F]): void => {
  shown[field] = value
}

type RootValues = SpanRow['folded']['values']

/**
 * A root speaks for its trace in these columns; its status and end only once it has ended. A decision knows of its trace
 * that the answer was there, not what it is called or how long it took.
 */
function rootValue<F extends keyof TraceValues>(root: RootValues, field: F): TraceValues[F] {
  if (root.span_type === DECISION) return null
  const values: Partial<TraceValues> = {
    name: root.name,
    model: root.model,
    input_preview: root.input_preview,
    output_preview: root.output_preview,
    end_time: root.end_time,
    status: root.end_time === null ? null : root.status,
  }
  return values[field] ?? null
}

/**
 * Status: what the trace said when that is final; `success` when it said its end and no span is open (the MVP's rule);
 * else the root's once it has ended; `success` too for a trace of no spans that told its output itself; else running.
 */
function statusOf(state: TraceState, last: Speaker): number {
  const said = state.said?.values
  if (said && said.status !== null && said.status !== RUNNING) return said.status
  if (said && said.end_time !== null) return state.ended_spans === state.total_spans ? SUCCESS : RUNNING
  if (last === 'unchanged') return state.shown.status ?? RUNNING
  if (state.total_spans === 0 && isObject(state.said) && said?.output_preview) return SUCCESS
  const of = valuesOf(last)
  return of && of.end_time !== null ? (of.status ?? SUCCESS) : RUNNING
}
