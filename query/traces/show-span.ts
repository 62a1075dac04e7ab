import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import type { Span, TreeSpan } from '#shared/contract/traces.ts'
import { dashed, ID_FORM, idKey, shownId } from '#shared/ids.ts'
import type { NodeRef } from '#shared/protocol/saying.ts'
import { statusName } from '#shared/schema/status.ts'
import { COST_SOURCES } from '#shared/store/lane/span-row.ts'
import { timeOfLogId } from '#shared/store/log-id.ts'
import type { SpanPayload } from '#shared/store/read-payloads.ts'
import type { Source } from '#shared/store/sources.ts'
import { writeTime } from '#shared/time.ts'
import type { Visit } from './number-visits.ts'
import { showAttachments } from './show-attachments.ts'
import { durationOf, timeOrNull } from './show-trace.ts'

/** A span's row without its payload; times in microseconds since 1970. */
export type SpanRow = {
  span_key: string
  id_form: number
  span_id: string | null
  parent_key: string | null
  name: string | null
  span_type: string | null
  status: number | null
  start_time: number | null
  end_time: number | null
  error: string | null
  model: string | null
  provider: string | null
  input_tokens: number | null
  output_tokens: number | null
  cache_read_tokens: number | null
  reasoning_tokens: number | null
  cost_nano: number | null
  cost_source: number | null
  node: NodeRef | null
}

/** The columns of a SpanRow, of `spans s`. */
export const spanColumns = (sql: postgres.ISql) => sql`
  s.span_key, s.id_form, s.span_id, s.parent_key, s.name, s.span_type, s.status,
  (extract(epoch from s.start_time) * 1000000)::float8 as start_time,
  (extract(epoch from s.end_time) * 1000000)::float8 as end_time,
  s.error, s.model, s.provider, s.input_tokens, s.output_tokens, s.cache_read_tokens, s.reasoning_tokens,
  s.cost_nano::float8 as cost_nano, s.cost_source, case when s.node ? 'node_id' then s.node end as node`

export type Named = Pick<SpanRow, 'span_key' | 'id_form' | 'span_id'>

/** How spans of one trace are called, and which visits of nodes they are. */
export type Names = {
  /** The id to show for a key; `form` is that of an id beside it, for a span that is not there. */
  idOf(key: string, form: number): string
  visits: Map<string, Visit>
}

/** An id of which only the key is known is shown in the form of the id beside it. */
const guessId = (key: string, form: number): string =>
  form === ID_FORM.dashed && /^[0-9a-f]{32}$/.test(key) ? dashed(key) : key

/** Names for the spans of a trace. */
export function nameSpans(rows: Named[], visits: Map<string, Visit>): Names {
  const ids = new Map<string, string>()
  for (const row of rows) {
    const visit = visits.get(row.span_key)
    const id =
      visit?.is_alias_shown && visit.alias ? visit.alias : shownId(row.span_key, row.id_form, row.span_id)
    ids.set(row.span_key, id)
    if (visit?.is_alias_shown) ids.set(idKey(id), id)
  }
  return { idOf: (key, form) => ids.get(key) ?? guessId(key, form), visits }
}

export function showTreeSpan(row: SpanRow, { idOf, visits }: Names): Static<typeof TreeSpan> {
  const visit = visits.get(row.span_key)
  const parent_key = visit?.parent_key ?? row.parent_key
  return {
    id: idOf(row.span_key, row.id_form),
    parent_span_id: parent_key === null ? null : idOf(parent_key, row.id_form),
    name: row.name ?? 'span',
    span_type: row.span_type ?? 'span',
    status: statusName(row.status),
    start_time: timeOrNull(row.start_time),
    end_time: timeOrNull(row.end_time),
    duration_ms: durationOf(row.start_time, row.end_time),
    error: row.error,
    model: row.model,
    provider: row.provider,
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    cache_read_tokens: row.cache_read_tokens,
    reasoning_tokens: row.reasoning_tokens,
    cost_usd: row.cost_nano === null ? null : row.cost_nano / 1e9,
    cost_source: COST_SOURCES[row.cost_source ?? -1] ?? null,
    node_id: row.node?.node_id ?? null,
    node_name: row.node?.node_name ?? null,
    node_type: row.node?.node_type ?? null,
    node_visit: visit?.node_visit ?? null,
    parent_node_ids: row.node?.parent_node_ids ?? [],
    source_ref: row.node?.source_ref ?? null,
  }
}

/** A span's row with its payload, as it was folded from the log. */
export type FullSpan = SpanRow & { sources: Source[]; payload: SpanPayload }

/** When the first saying of a span was received. */
const receivedAt = (sources: Source[]): number =>
  Math.min(...sources.map(({ log_id }) => timeOfLogId(log_id)))

export const showSpan = (
  row: FullSpan,
  names: Names,
  { project_id, trace_id }: { project_id: string; trace_id: string },
): Static<typeof Span> => ({
  ...showTreeSpan(row, names),
  project_id,
  trace_id,
  input: row.payload.input ?? null,
  output: row.payload.output ?? null,
  attributes: row.payload.attributes ?? {},
  attachments: showAttachments(row.payload.attachments, trace_id, names.idOf(row.span_key, row.id_form)),
  error: row.payload.error ?? row.error,
  idempotency_key: row.payload.key,
  created_at: writeTime(receivedAt(row.sources)),
})
