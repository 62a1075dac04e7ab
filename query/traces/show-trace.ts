import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import type { ListedTrace } from '#shared/contract/traces.ts'
import { shownId } from '#shared/ids.ts'
import { RUNNING, STALE_MS, statusName } from '#shared/schema/status.ts'
import { writeTime } from '#shared/time.ts'

/** A trace's row as lists read it; times in microseconds since 1970. */
export type TraceRow = {
  trace_no: string
  trace_key: string
  id_form: number
  trace_id: string | null
  external_id: string | null
  name: string | null
  status: number
  start_time: number
  end_time: number | null
  model: string | null
  environment: string | null
  release: string | null
  user_id: string | null
  session_id: string | null
  tags: string[] | null
  input_preview: string | null
  output_preview: string | null
  total_spans: number
  ended_spans: number
  error_count: number
  input_tokens: number
  output_tokens: number
  cost_nano: number
  costed_spans: number
  decision: Record<string, unknown> | null
  user_review_passed: boolean | null
  /** Nobody has said how it stands: neither it itself nor a root span. */
  is_headless: boolean
  version: number
  created_at: number
  updated_at: number
}

/** The columns of a TraceRow. A JavaScript Date has no microseconds, so times come as numbers. */
export const traceColumns = (sql: postgres.ISql) => sql`
  trace_no, trace_key, id_form, trace_id, external_id, name, status,
  (extract(epoch from start_time) * 1000000)::float8 as start_time,
  (extract(epoch from end_time) * 1000000)::float8 as end_time,
  model, environment, release, user_id, session_id, tags, input_preview, output_preview,
  total_spans, ended_spans, error_count, root_key is null and said_status is null as is_headless,
  input_tokens::float8 as input_tokens, output_tokens::float8 as output_tokens,
  cost_nano::float8 as cost_nano, costed_spans, decision, user_review_passed, version::float8 as version,
  (extract(epoch from created_at) * 1000000)::float8 as created_at,
  (extract(epoch from updated_at) * 1000000)::float8 as updated_at`

/** The time before which an open trace went quiet, in microseconds. */
export const staleBefore = (now_ms: number): number => (now_ms - STALE_MS) * 1000

type Ending = Pick<TraceRow, 'total_spans' | 'ended_spans' | 'is_headless'>

/** Whether an end may still come: of a span, or the root with the word of how it went. */
export const mayGoOn = ({ total_spans, ended_spans, is_headless }: Ending): boolean =>
  total_spans > ended_spans || (is_headless && total_spans > 0)

/** The same of a row of `traces`. */
export const mayGoOnRow = (sql: postgres.ISql) => sql`
  (total_spans > ended_spans or (root_key is null and said_status is null and total_spans > 0))`

/** Whether a trace is open and went quiet. */
export const isStale = (row: Ending & Pick<TraceRow, 'status' | 'updated_at'>, now_ms: number): boolean =>
  row.status === RUNNING && mayGoOn(row) && row.updated_at < staleBefore(now_ms)

export const traceIdOf = (row: Pick<TraceRow, 'trace_key' | 'id_form' | 'trace_id'>): string =>
  shownId(row.trace_key, row.id_form, row.trace_id)

/** Milliseconds from start to end; null while either is unknown, or where the clocks disagree. */
export const durationOf = (start_time: number | null, end_time: number | null): number | null =>
  start_time === null || end_time === null || end_time < start_time ? null : (end_time - start_time) / 1000

export const timeOrNull = (micros: number | null): string | null =>
  micros === null ? null : writeTime(micros)

/** A row as the API shows it. */
export function showTrace(row: TraceRow, project_id: string, now_ms: number): Static<typeof ListedTrace> {
  const open = row.total_spans > row.ended_spans
  return {
    id: traceIdOf(row),
    project_id,
    external_trace_id: row.external_id,
    name: row.name,
    status: statusName(row.status),
    stale: isStale(row, now_ms),
    start_time: writeTime(row.start_time),
    end_time: timeOrNull(row.end_time),
    duration_ms: durationOf(row.start_time, row.end_time),
    model: row.model,
    environment: row.environment,
    release: row.release,
    user_id: row.user_id,
    session_id: row.session_id,
    tags: row.tags ?? [],
    input_text: row.input_preview,
    output_text: row.output_preview,
    has_open_spans: open,
    total_spans: row.total_spans,
    ended_spans: row.ended_spans,
    error_count: row.error_count,
    completion_rate: row.total_spans === 0 ? 1 : row.ended_spans / row.total_spans,
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    cost_usd: row.costed_spans === 0 ? null : row.cost_nano / 1e9,
    decision: row.decision,
    user_review_passed: row.user_review_passed,
    version: row.version,
    created_at: writeTime(row.created_at),
    updated_at: writeTime(row.updated_at),
  }
}
