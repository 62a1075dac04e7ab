import { HubError } from '#shared/errors.ts'
import { idKey, shownId } from '#shared/ids.ts'
import type { IdRef } from '#shared/protocol/saying.ts'
import { DECISION } from '#shared/schema/span-types.ts'
import { statusName } from '#shared/schema/status.ts'
import type { Sql } from '#shared/store/connect.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { readPayloads } from '#shared/store/read-payloads.ts'
import { unpackSources } from '#shared/store/sources.ts'
import type { EvalFacts } from '../judges/judge.ts'
import { textsOf } from './texts-of.ts'

type Row = {
  trace_no: string
  trace_day: string
  trace_key: string
  id_form: number
  trace_id: string | null
  root_key: string | null
  sources: Uint8Array | null
  status: number
  environment: string | null
  model: string | null
  user_id: string | null
  session_id: string | null
  took_us: number | null
  cost_nano: number
  costed_spans: number
}

/** What rules and judges are told of a trace, under the names that rules use. */
type TraceFacts = {
  id: string
  status: string
  environment: string | null
  model: string | null
  user_id: string | null
  session_id: string | null
}

/** A trace that was there before the decision. */
export type KnownTrace = {
  trace: IdRef
  facts: TraceFacts
  latency_ms: number | null
  cost_usd: number | null
  evals: EvalFacts[]
  /** Reads from the log what the trace, or its root span for it, says that went in and came out. */
  texts: () => Promise<{ input: string | null; output: string | null }>
}

/** What a decision was made on is not what its trace says. */
async function readTexts(sql: Sql, documents: DocumentReader, project_no: number, row: Row) {
  const roots =
    row.root_key === null
      ? []
      : await sql<{ sources: Uint8Array }[]>`
          select sources from spans
          where project_no = ${project_no} and trace_no = ${row.trace_no}
            and trace_day = ${row.trace_day}::text::date and span_key = ${row.root_key}
            and span_type is distinct from ${DECISION}`
  const spans = roots.map(({ sources }) => ({ sources: unpackSources(sources) }))
  const trace = row.sources ? unpackSources(row.sources) : []
  const said = await readPayloads(documents, sql, { trace, spans, events: [] })
  const root = said.spans[0]?.payload
  return {
    input: textsOf(said.trace.input ?? root?.input),
    output: textsOf(said.trace.output ?? root?.output),
  }
}

/** The trace of this project under this id, null when there is none. */
export async function findKnownTrace(
  sql: Sql,
  documents: DocumentReader,
  project_no: number,
  id: string,
): Promise<KnownTrace | null> {
  const trace_key = idKey(id)
  const [row] = await sql<Row[]>`
    select trace_no, trace_day::text as trace_day, trace_key, id_form, trace_id, root_key, sources, status,
      environment, model, user_id, session_id, cost_nano::float8 as cost_nano, costed_spans,
      (extract(epoch from end_time - start_time) * 1000000)::float8 as took_us
    from traces where project_no = ${project_no} and trace_key = ${trace_key}`
  if (!row) return null
  const evals = await sql<EvalFacts[]>`
    select name, score, passed, model as eval_model, label from evals
    where project_no = ${project_no} and trace_no = ${row.trace_no}
    order by created_at, log_id, ordinal`
  const { environment, model, user_id, session_id } = row
  return {
    trace: { key: row.trace_key, form: row.id_form, text: row.trace_id },
    facts: {
      id: shownId(row.trace_key, row.id_form, row.trace_id),
      status: statusName(row.status),
      environment,
      model,
      user_id,
      session_id,
    },
    latency_ms: row.took_us === null || row.took_us < 0 ? null : row.took_us / 1000,
    cost_usd: row.costed_spans === 0 ? null : row.cost_nano / 1e9,
    evals,
    texts: async () => readTexts(sql, documents, project_no, row),
  }
}

/** The same, for who names a trace that must be there. */
export async function readKnownTrace(...asked: Parameters<typeof findKnownTrace>): Promise<KnownTrace> {
  const found = await findKnownTrace(...asked)
  if (!found) throw new HubError('trace_not_found')
  return found
}
