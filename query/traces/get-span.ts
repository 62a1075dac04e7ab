import type postgres from 'postgres'
import * as contract from '#shared/contract/traces.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { idKey } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { readPayloads } from '#shared/store/read-payloads.ts'
import { projectOf } from '../project-of.ts'
import { findSpan, type Place } from './find-span.ts'
import { findTrace } from './find-trace.ts'
import { readEvaluations } from './read-evaluations.ts'
import { showSpan } from './show-span.ts'
import { showTimeline, SPAN_AGAIN, type EventRow } from './show-timeline.ts'

const MOST_EVENTS = 5000

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
      const wanted = { trace: [], spans: [span], events: await readEvents(sql, place, keys) }
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
