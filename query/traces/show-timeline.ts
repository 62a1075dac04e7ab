import type { Static } from '@sinclair/typebox'
import type { TimelineEntry } from '#shared/contract/traces.ts'
import { EVENT_KINDS } from '#shared/protocol/saying.ts'
import { statusName } from '#shared/schema/status.ts'
import { writeTime } from '#shared/time.ts'
import type { Names, SpanRow } from './show-span.ts'

export type EventRow = {
  at: number
  type: number
  event_key: string
  span_key: string | null
  log_id: string
  ordinal: number
}

/** Rows of this type keep the key of a span sent again with more; the span itself shows what they said. */
export const SPAN_AGAIN = EVENT_KINDS.indexOf('SPAN')

type Entry = Static<typeof TimelineEntry>
type Moment = Pick<Entry, 'source' | 'source_id' | 'event_type' | 'payload'> & {
  at: number
  span_key: string
  event_key: string
}
type TraceTimes = { id: string; id_form: number; start_time: number; end_time: number | null; status: number }

/** At one instant, what starts comes first and what ends comes last. */
const RANKS: Record<string, number> = { TRACE_STARTED: 0, SPAN_STARTED: 1, SPAN_ENDED: 3, TRACE_ENDED: 4 }
const MIDDLE = 2

const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const inOrder = (a: Moment, b: Moment): number =>
  a.at - b.at ||
  (RANKS[a.event_type] ?? MIDDLE) - (RANKS[b.event_type] ?? MIDDLE) ||
  text(a.span_key, b.span_key) ||
  text(a.event_key, b.event_key)

function ofTrace({ id, start_time, end_time, status }: TraceTimes): Moment[] {
  const moment = (at: number, event_type: string, payload: Entry['payload']): Moment => ({
    at,
    source: 'trace',
    source_id: id,
    event_type,
    payload,
    span_key: '',
    event_key: '',
  })
  const name = statusName(status)
  const started = moment(start_time, 'TRACE_STARTED', { status: name })
  return end_time === null ? [started] : [started, moment(end_time, 'TRACE_ENDED', { status: name })]
}

const shownNames = (row: SpanRow) => ({ name: row.name ?? 'span', span_type: row.span_type ?? 'span' })

/** Start and end of a span that was sent as a whole, and so has no events of its own. */
function ofSpan(row: SpanRow, names: Names, said: Set<string>): Moment[] {
  const moment = (at: number, event_type: string, payload: Entry['payload']): Moment => ({
    at,
    source: 'span',
    source_id: names.idOf(row.span_key, row.id_form),
    event_type,
    payload,
    span_key: row.span_key,
    event_key: '',
  })
  const moments: Moment[] = []
  if (row.start_time !== null && !said.has(`SPAN_STARTED ${row.span_key}`)) {
    moments.push(moment(row.start_time, 'SPAN_STARTED', shownNames(row)))
  }
  if (row.end_time !== null && !said.has(`SPAN_ENDED ${row.span_key}`)) {
    const failure = row.error === null ? {} : { error: row.error }
    moments.push(moment(row.end_time, 'SPAN_ENDED', { status: statusName(row.status), ...failure }))
  }
  return moments
}

const kindOf = ({ type }: EventRow): string => EVENT_KINDS[type] ?? 'EVENT'

/** All that happened, in one order that never changes: time, then starts before the rest before ends. */
export function showTimeline(
  trace: TraceTimes | null,
  spans: SpanRow[],
  events: (EventRow & { payload: Entry['payload'] })[],
  names: Names,
  form: number,
): { at: number; entry: Entry }[] {
  const said = new Set(events.map((event) => `${kindOf(event)} ${event.span_key ?? ''}`))
  const moments: Moment[] = [
    ...(trace ? ofTrace(trace) : []),
    ...spans.flatMap((row) => ofSpan(row, names, said)),
    ...events.map((event): Moment => ({
      at: event.at,
      source: 'span',
      source_id: event.span_key === null ? null : names.idOf(event.span_key, form),
      event_type: kindOf(event),
      payload: event.payload,
      span_key: event.span_key ?? '',
      event_key: event.event_key,
    })),
  ]
  return moments.toSorted(inOrder).map(({ at, source, source_id, event_type, payload }) => ({
    at,
    entry: { timestamp: writeTime(at), source, source_id, event_type, payload },
  }))
}
