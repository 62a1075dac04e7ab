import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import type { getTrace } from '#shared/contract/traces.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { readPayloads, type HeaderPayload, type SpanPayload } from '#shared/store/read-payloads.ts'
import { unpackSources } from '#shared/store/sources.ts'
import type { FoundTrace } from './find-trace.ts'
import { numberVisits } from './number-visits.ts'
import { nameSpans, showSpan, showTreeSpan, spanColumns, type SpanRow } from './show-span.ts'
import { showTimeline, SPAN_AGAIN, type EventRow } from './show-timeline.ts'

const MOST_SPANS = 2000
const MOST_TREE_SPANS = 20_000
const MOST_ENTRIES = 5000
/** Inflated bodies that one answer may need: bounds its memory, its time and its size. */
const BUDGET_BYTES = 32 * 1024 * 1024

type Answer = Static<(typeof getTrace)['response']>

/** What the two forms of the answer differ in, and what the trace and its root span said in full. */
export type Detail = Pick<Answer, 'spans' | 'spans_truncated' | 'timeline' | 'timeline_truncated'> & {
  said: HeaderPayload
  root: SpanPayload | undefined
}

/** All spans in narrow rows, for the tree. */
export async function readTree(
  sql: postgres.ISql,
  documents: DocumentReader,
  { project_no }: ProjectRef,
  trace: FoundTrace,
): Promise<Detail> {
  const rows = await sql<SpanRow[]>`
    select ${spanColumns(sql)} from spans s
    where s.project_no = ${project_no} and s.trace_no = ${trace.trace_no}
      and s.trace_day = ${trace.trace_day}::date
    order by s.start_time, s.span_key limit ${MOST_TREE_SPANS + 1}`
  const { trace: said } = await readPayloads(documents, sql, { trace: trace.sources, spans: [], events: [] })
  const spans = rows.slice(0, MOST_TREE_SPANS)
  const names = nameSpans(spans, numberVisits(spans))
  return {
    spans: spans.map((row) => showTreeSpan(row, names)),
    spans_truncated: rows.length > spans.length,
    timeline: [],
    timeline_truncated: false,
    said,
    root: undefined,
  }
}

/** Only what the trace said of itself, and its root span for it. */
export async function readHead(
  sql: postgres.ISql,
  documents: DocumentReader,
  { project_no }: ProjectRef,
  trace: FoundTrace,
): Promise<Detail> {
  const roots = await sql<(SpanRow & { packed: Uint8Array })[]>`
    select ${spanColumns(sql)}, s.sources as packed from spans s
    where s.project_no = ${project_no} and s.trace_no = ${trace.trace_no}
      and s.trace_day = ${trace.trace_day}::date and s.span_key = ${trace.root_key}`
  const spans = roots.map((row) => Object.assign(row, { sources: unpackSources(row.packed) }))
  const read = await readPayloads(documents, sql, { trace: trace.sources, spans, events: [] })
  return {
    spans: [],
    spans_truncated: trace.total_spans > 0,
    timeline: [],
    timeline_truncated: trace.total_spans > 0,
    said: read.trace,
    root: read.spans[0]?.payload,
  }
}

async function readRows(sql: postgres.ISql, project_no: number, { trace_no, trace_day }: FoundTrace) {
  const spans = await sql<(SpanRow & { packed: Uint8Array })[]>`
    select ${spanColumns(sql)}, s.sources as packed from spans s
    where s.project_no = ${project_no} and s.trace_no = ${trace_no} and s.trace_day = ${trace_day}::date
    order by s.start_time, s.span_key limit ${MOST_SPANS + 1}`
  const events = await sql<EventRow[]>`
    select (extract(epoch from e.at) * 1000000)::float8 as at,
      e.type, e.event_key, e.span_key, e.log_id, e.ordinal
    from span_events e
    where e.project_no = ${project_no} and e.trace_no = ${trace_no} and e.trace_day = ${trace_day}::date
      and e.type <> ${SPAN_AGAIN}
    order by e.at, e.event_key limit ${MOST_ENTRIES + 1}`
  return { spans: spans.map((row) => Object.assign(row, { sources: unpackSources(row.packed) })), events }
}

/** The first spans with their payloads, and the timeline as far as it is complete. */
export async function readFull(
  sql: postgres.ISql,
  documents: DocumentReader,
  { project_no, project_id }: ProjectRef,
  trace: FoundTrace,
): Promise<Detail> {
  const rows = await readRows(sql, project_no, trace)
  const wanted = {
    trace: trace.sources,
    spans: rows.spans.slice(0, MOST_SPANS),
    events: rows.events.slice(0, MOST_ENTRIES),
  }
  const { trace: said, spans, events } = await readPayloads(documents, sql, wanted, BUDGET_BYTES)
  const spans_truncated = spans.length < rows.spans.length
  const names = nameSpans(spans, numberVisits(spans))
  const moments = showTimeline(trace, spans, events, names, trace.id_form)
  // Past the last span or event that was read, the timeline would have gaps.
  const end = Math.min(
    spans_truncated ? (spans.at(-1)?.start_time ?? 0) : Infinity,
    events.length < rows.events.length ? (events.at(-1)?.at ?? 0) : Infinity,
  )
  const timeline = moments.filter(({ at }) => at <= end).slice(0, MOST_ENTRIES)
  return {
    spans: spans.map((row) => showSpan(row, names, { project_id, trace_id: trace.id })),
    spans_truncated,
    timeline: timeline.map(({ entry }) => entry),
    timeline_truncated: timeline.length < moments.length || end !== Infinity,
    said,
    root: spans.find(({ span_key }) => span_key === trace.root_key)?.payload,
  }
}
