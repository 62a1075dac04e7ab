import type postgres from 'postgres'
import { HubError } from '#shared/errors.ts'
import { idKey } from '#shared/ids.ts'
import { unpackSources, type Source } from '#shared/store/sources.ts'
import type { FoundTrace } from './find-trace.ts'
import { numberVisits, type NodeRow, type Visit } from './number-visits.ts'
import { nameSpans, spanColumns, type Named, type Names, type SpanRow } from './show-span.ts'

const MOST_NODES = 20_000

/** A trace of a project. */
export type Place = { project_no: number; trace: FoundTrace }
type FoundSpan = SpanRow & { packed: Uint8Array }
type Found = { span: SpanRow & { sources: Source[] }; visits: Map<string, Visit>; names: Names }

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
    select s.span_key, s.id_form, s.span_id, s.parent_key, case when s.node ? 'node_id' then s.node end as node,
      (extract(epoch from s.start_time) * 1000000)::float8 as start_time
    from spans s
    where s.project_no = ${project_no} and s.trace_no = ${trace.trace_no}
      and s.trace_day = ${trace.trace_day}::date
      and ${nodes ? sql`(s.node ? 'node_id' or s.span_key = ${parent_key})` : sql`s.span_key = ${parent_key}`}
    order by s.start_time, s.span_key limit ${MOST_NODES}`
}

/** The key of the visit that an id means: UUIDv5(run_id:node_id) its earliest, a bare node id its latest. */
function keyOfVisit(rows: NodeRow[], visits: Map<string, Visit>, span_id: string): string | undefined {
  const alias = idKey(span_id)
  const earliest = [...visits].find(([, visit]) => visit.alias !== null && idKey(visit.alias) === alias)
  return earliest?.[0] ?? rows.findLast(({ node }) => node?.node_id === span_id)?.span_key
}

/** The span of a trace with this id, which may be that of a node, and how it and its parent are called. */
export async function findSpan(sql: postgres.ISql, place: Place, span_id: string): Promise<Found> {
  const direct = await readSpan(sql, place, idKey(span_id))
  const needs_nodes = direct === undefined || direct.node !== null
  const related = await readRelated(sql, place, direct?.parent_key ?? null, needs_nodes)
  const visits = numberVisits(related)
  const key = direct ? undefined : keyOfVisit(related, visits, span_id)
  const span = direct ?? (key === undefined ? undefined : await readSpan(sql, place, key))
  if (!span) throw new HubError('span_not_found')
  const sources = unpackSources(span.packed)
  return { span: Object.assign(span, { sources }), visits, names: nameSpans([...related, span], visits) }
}
