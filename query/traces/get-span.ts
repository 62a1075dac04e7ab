import type postgres from 'postgres'
import * as contract from '#shared/contract/traces.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { idKey } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { readPayloads } from '#shared/store/read-payloads.ts'
import { unpackSources } from '#shared/store/sources.ts'
import { projectOf } from '../project-of.ts'
import { findTrace, type FoundTrace } from './find-trace.ts'
import { numberVisits, type NodeRow, type Visit } from './number-visits.ts'
import { readEvaluations } from './read-evaluations.ts'
import { nameSpans, showSpan, spanColumns, type Named, type SpanRow } from './show-span.ts'
import { showTimeline, SPAN_AGAIN, type EventRow } from './show-timeline.ts'

const MOST_EVENTS = 5000
const MOST_NODES = 20_000

type Place = { project_no: number; trace: FoundTrace }
type FoundSpan = SpanRow & { packed: Uint8Array }

async function readSpan(sql: postgres.ISql, { project_no, trace }: Place, span_key: string) {
  const [span] = await sql<FoundSpan[]>`
    select ${spanColumns(sql)}, s.sources as packed from spans s
    where s.project_no = ${project_no} and s.trace_no = ${trace.trace_no} and s.span_key = ${span_key}
      and s.trace_day = ${trace.trace_day}::date`
  return span
}

/** All visits of nodes, in order, and the span that may be the parent of the one asked for. */
function readRelated(
  sql: postgres.ISql,
  { project_no, trace }: Place,
  parent_key: string | null,
  nodes: boolean,
) {
  return sql<(NodeRow & Named)[]>`
    select s.span_key, s.id_form, s.span_id, s.node,
      (extract(epoch from s.start_time) * 1000000)::float8 as start_time
    from spans s
    where s.project_no = ${project_no} and s.trace_no = ${trace.trace_no}
      and s.trace_day = ${trace.trace_day}::date
      and ${nodes ? sql`(s.node is not null or s.span_key = ${parent_key})` : sql`s.span_key = ${parent_key}`}
    order by s.start_time, s.span_key limit ${MOST_NODES}`
}

function readEvents(sql: postgres.ISql, { project_no, trace }: Place, span_keys: string[]) {
  return sql<EventRow[]>`
    select (extract(epoch from e.at) * 1000000)::float8 as at,
      e.type, e.event_key, e.span_key, e.log_id, e.ordinal
    from span_events e
    where e.project_no = ${project_no} and e.trace_no = ${trace.trace_no}
      and e.trace_day = ${trace.trace_day}::date and e.span_key = any(${span_keys}::text[])
      and e.type <> ${SPAN_AGAIN}
    order by e.at, e.event_key limit ${MOST_EVENTS}`
}

/** The key of the visit that an id means: UUIDv5(run_id:node_id) its earliest, a bare node id its latest. */
function keyOfVisit(rows: NodeRow[], visits: Map<string, Visit>, span_id: string): string | undefined {
  const alias = idKey(span_id)
  const earliest = [...visits].find(([, visit]) => visit.alias !== null && idKey(visit.alias) === alias)
  return earliest?.[0] ?? rows.findLast(({ node }) => node?.node_id === span_id)?.span_key
}

async function findSpan(sql: postgres.ISql, place: Place, span_id: string) {
  const direct = await readSpan(sql, place, idKey(span_id))
  const needs_nodes = direct === undefined || direct.node !== null
  const related = await readRelated(sql, place, direct?.parent_key ?? null, needs_nodes)
  const visits = numberVisits(related)
  const key = direct ? undefined : keyOfVisit(related, visits, span_id)
  const span = direct ?? (key === undefined ? undefined : await readSpan(sql, place, key))
  if (!span) throw new HubError('span_not_found')
  return { span, visits, names: nameSpans([...related, span], visits) }
}

/** `GET /api/v1/traces/{trace_id}/spans/{span_id}`: one span with its payload, events and evaluations. */
export const getSpan = (deps: Deps, documents: DocumentReader): Route =>
  serve(contract.getSpan, async ({ params, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    return await deps.database.read.begin('isolation level repeatable read read only', async (sql) => {
      const trace = await findTrace(sql, project_no, params.trace_id)
      const place = { project_no, trace }
      const { span, visits, names } = await findSpan(sql, place, params.span_id)
      const alias = visits.get(span.span_key)?.alias
      const keys = alias ? [span.span_key, idKey(alias)] : [span.span_key]
      const sourced = Object.assign(span, { sources: unpackSources(span.packed) })
      const wanted = { trace: [], spans: [sourced], events: await readEvents(sql, place, keys) }
      const { spans, events } = await readPayloads(documents, sql, wanted)
      const [full] = spans
      if (!full) throw new HubError('span_not_found')
      return {
        span: showSpan(full, names, { project_id, trace_id: trace.id }),
        timeline: showTimeline(null, [span], events, names, trace.id_form).map(({ entry }) => entry),
        evaluations: await readEvaluations(sql, project_no, trace, keys),
      }
    })
  })
