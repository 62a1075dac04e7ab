import type postgres from 'postgres'
import * as contract from '#shared/contract/graph.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { statusName } from '#shared/schema/status.ts'
import type { Deps } from '#shared/service.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { readPayloads } from '#shared/store/read-payloads.ts'
import { projectOf } from '../project-of.ts'
import { fresh, notModified, traceTag } from './answer-fresh.ts'
import { buildGraph, type Topology, type VisitRow } from './build-graph.ts'
import { findTrace, type FoundTrace } from './find-trace.ts'
import type { Choice } from './find-ways.ts'
import { numberVisits, ownVisits } from './number-visits.ts'
import { nameSpans } from './show-span.ts'
import { durationOf, mayGoOn, showTrace, timeOrNull } from './show-trace.ts'

const MOST_VISITS = 20_000
const MOST_LISTED = 200

type Row = VisitRow & { id_form: number; span_id: string | null }

const readVisits = (sql: postgres.ISql, project_no: number, { trace_no, trace_day }: FoundTrace) => sql<
  Row[]
>`
  select s.span_key, s.id_form, s.span_id, s.parent_key, s.status, s.node, s.input_tokens, s.output_tokens,
    (extract(epoch from s.start_time) * 1000000)::float8 as start_time,
    (extract(epoch from s.end_time) * 1000000)::float8 as end_time, s.cost_nano::float8 as cost_nano
  from spans s
  where s.project_no = ${project_no} and s.trace_no = ${trace_no} and s.trace_day = ${trace_day}::date
    and s.node ? 'node_id'
  order by s.start_time, s.span_key limit ${MOST_VISITS + 1}`

/** What conditional edges chose. They are the last that runs in a visit: a step that others follow is the node's own. */
const readChoices = (sql: postgres.ISql, project_no: number, { trace_no, trace_day }: FoundTrace) => sql<
  Choice[]
>`
  with inside as not materialized (
    select s.parent_key, s.start_time, s.end_time, s.node from spans s
    where s.project_no = ${project_no} and s.trace_no = ${trace_no} and s.trace_day = ${trace_day}::date
      and s.parent_key is not null
  ), last as (
    select parent_key, max(start_time) as began from inside
    where node is null or not node ? 'goes_to' group by parent_key
  )
  select c.parent_key, c.node->>'task' as task, c.node->'goes_to' as goes_to
  from inside c left join last on last.parent_key = c.parent_key
  where c.node ? 'goes_to' and not c.node ? 'node_id' and (last.began > c.end_time) is not true
  limit ${MOST_VISITS}`

const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What the app declared of its graph; the door has checked its form. */
function topologyOf(graph: Record<string, unknown> | undefined): Topology | null {
  if (!graph) return null
  return {
    nodes: list(graph['nodes']).map(({ id, name }) => ({ id: text(id), name: text(name) || null })),
    edges: list(graph['edges']).map(({ source, target, conditional }) => ({
      from: text(source),
      to: text(target),
      conditional: conditional === true,
    })),
  }
}

/** The latest visits of one node, in their order. */
function visitsOf(rows: Row[], node_id: string | undefined) {
  if (node_id === undefined) return []
  const visits = numberVisits(rows)
  const { idOf } = nameSpans(rows, visits)
  const own = rows.filter(({ node }) => node.node_id === node_id).slice(-MOST_LISTED)
  return own.map(({ span_key, id_form, node, status, start_time, end_time }) => ({
    span_id: idOf(span_key, id_form),
    visit: visits.get(span_key)?.node_visit ?? 1,
    step: node.step ?? null,
    status: statusName(status),
    start_time: timeOrNull(start_time),
    duration_ms: durationOf(start_time, end_time),
  }))
}

/** `GET /api/v1/traces/{trace_id}/graph`: the graph of a run; its version is its ETag. */
export const getGraph = (deps: Deps, documents: DocumentReader): Route =>
  serve(contract.getGraph, async ({ params, query, principal, request }) => {
    const project = projectOf(principal)
    const asked = { ...params, project_no: project.project_no, request, now_ms: deps.clock() }
    const known = await notModified(deps.database.read, asked)
    if (known) return known
    return await deps.database.read.begin('isolation level repeatable read read only', async (sql) => {
      const found = await findTrace(sql, project.project_no, params.trace_id)
      const rows = await readVisits(sql, project.project_no, found)
      const wanted = { trace: found.sources, spans: [], events: [] }
      const { trace: said } = await readPayloads(documents, sql, wanted)
      const declared = topologyOf(said.graph)
      const visits = ownVisits(rows.slice(0, MOST_VISITS))
      // Where no visit tells its step, each names its parents itself.
      const has_steps = visits.some(({ node }) => node.step !== undefined)
      const choices = has_steps ? await readChoices(sql, project.project_no, found) : []
      const answer = {
        trace: showTrace(found, project.project_id, asked.now_ms),
        declared: declared !== null,
        ...buildGraph(visits, choices, declared, found.status),
        visits: visitsOf(visits, query.node),
        truncated: rows.length > MOST_VISITS,
      }
      const open = mayGoOn(found)
      return fresh(answer, traceTag({ ...found, version: String(found.version), open }, asked))
    })
  })
