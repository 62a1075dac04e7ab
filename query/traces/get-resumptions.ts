import type postgres from 'postgres'
import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/graph.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { shownId } from '#shared/ids.ts'
import type { NodeRef } from '#shared/protocol/saying.ts'
import { statusCode } from '#shared/schema/status.ts'
import type { Deps } from '#shared/service.ts'
import { projectOf } from '../project-of.ts'
import { findTrace, type FoundTrace } from './find-trace.ts'
import { ownVisits } from './number-visits.ts'
import { timeOrNull, traceIdOf } from './show-trace.ts'

type Item = Output<typeof contract.getResumptions>['items'][number]
type Trace = Pick<FoundTrace, 'trace_no' | 'trace_day' | 'trace_key' | 'id_form' | 'trace_id' | 'name'>

type Row = {
  trace_no: string
  span_key: string
  id_form: number
  span_id: string | null
  parent_key: string | null
  status: number | null
  start_time: number | null
  node: NodeRef
}

const INTERRUPTED = statusCode('interrupted')
/** An answer comes as the next run of its thread, or soon after; further ones of a session are not looked through. */
const NEIGHBOURS = 20
const MOST_SPANS = 50_000
const MOST_TASKS = 500

const visitColumns = (sql: postgres.ISql) => sql`
  s.trace_no, s.span_key, s.id_form, s.span_id, s.parent_key, s.status, s.node,
  (extract(epoch from s.start_time) * 1000000)::float8 as start_time`

const readOwn = (sql: postgres.ISql, project_no: number, { trace_no, trace_day }: Trace) => sql<Row[]>`
  select ${visitColumns(sql)} from spans s
  where s.project_no = ${project_no} and s.trace_no = ${trace_no} and s.trace_day = ${trace_day}::date
    and s.node ? 'node_id' and s.node ? 'task' and s.node ? 'thread'
  order by s.start_time, s.span_key limit ${MOST_SPANS}`

/** The runs before and after one in its session, the nearest first. */
async function readNeighbours(sql: postgres.ISql, project_no: number, trace: FoundTrace): Promise<Trace[]> {
  if (trace.session_id === null) return []
  const found = await sql<(Trace & { total_spans: number })[]>`
    with own as (
      select start_time, trace_no from traces where project_no = ${project_no} and trace_key = ${trace.trace_key}
    ), around as (
      (select t.* from traces t, own where t.project_no = ${project_no} and t.session_id = ${trace.session_id}
        and (t.start_time, t.trace_no) < (own.start_time, own.trace_no)
        order by t.start_time desc, t.trace_no desc limit ${NEIGHBOURS})
      union all
      (select t.* from traces t, own where t.project_no = ${project_no} and t.session_id = ${trace.session_id}
        and (t.start_time, t.trace_no) > (own.start_time, own.trace_no)
        order by t.start_time, t.trace_no limit ${NEIGHBOURS})
    )
    select a.trace_no, a.trace_day::text as trace_day, a.trace_key, a.id_form, a.trace_id, a.name, a.total_spans
    from around a, own order by abs(extract(epoch from a.start_time - own.start_time)), a.trace_no`
  let spans = 0
  return found.filter(({ total_spans }) => (spans += total_spans) <= MOST_SPANS)
}

const readTasks = (sql: postgres.ISql, project_no: number, traces: Trace[], tasks: string[]) => sql<Row[]>`
  select ${visitColumns(sql)} from spans s
  join unnest(${traces.map(({ trace_no }) => trace_no)}::text[], ${traces.map(({ trace_day }) => trace_day)}::text[])
    as t (trace_no, trace_day) on s.trace_no = t.trace_no::bigint and s.trace_day = t.trace_day::date
  where s.project_no = ${project_no} and s.node ? 'node_id' and s.node ? 'thread'
    and s.node->>'task' = any(${tasks}::text[])
  limit ${MOST_SPANS}`

/** The tasks that a run left open, and those that it began with, which may have been left open before. */
function tasksOf(rows: Row[]): Set<string> {
  const first = new Map<string, number>()
  const graphOf = ({ node: { run_id }, parent_key }: Row) => `${run_id ?? ''}\0${parent_key ?? ''}`
  for (const row of rows) {
    const step = row.node.step ?? 0
    first.set(graphOf(row), Math.min(first.get(graphOf(row)) ?? step, step))
  }
  const open = rows.filter(
    (row) => row.status === INTERRUPTED || (row.node.step ?? 0) === first.get(graphOf(row)),
  )
  return new Set([...new Set(open.map(({ node }) => node.task ?? ''))].slice(0, MOST_TASKS))
}

/** Each visit that was interrupted, with the next of the same task in the same thread. */
function pairsOf(rows: Row[]): [Row, Row][] {
  const tasks = Map.groupBy(rows, ({ node }) => `${node.thread ?? ''}\0${node.task ?? ''}`)
  return [...tasks.values()].flatMap((visits) => {
    const ordered = visits.toSorted((a, b) => (a.start_time ?? Infinity) - (b.start_time ?? Infinity))
    return ordered.flatMap((visit, at): [Row, Row][] => {
      const next = ordered[at + 1]
      return visit.status === INTERRUPTED && next ? [[visit, next]] : []
    })
  })
}

function show([interrupted, resumed]: [Row, Row], traces: Map<string, Trace>): Item[] {
  const [before, after] = [interrupted, resumed].map((row) => {
    const trace = traces.get(row.trace_no)
    if (!trace) return null
    const span_id = shownId(row.span_key, row.id_form, row.span_id)
    return {
      trace_id: traceIdOf(trace),
      trace_name: trace.name,
      span_id,
      start_time: timeOrNull(row.start_time),
    }
  })
  return before && after ? [{ node_id: interrupted.node.node_id, interrupted: before, resumed: after }] : []
}

/** `GET /api/v1/traces/{trace_id}/resumptions`: where the questions of a run were answered, and which it answers. */
export const getResumptions = (deps: Deps): Route =>
  serve(contract.getResumptions, async ({ params, principal }) => {
    const { project_no } = projectOf(principal)
    return await deps.database.read.begin('isolation level repeatable read read only', async (sql) => {
      const trace = await findTrace(sql, project_no, params.trace_id)
      const own = ownVisits(await readOwn(sql, project_no, trace))
      const tasks = tasksOf(own)
      if (tasks.size === 0) return { items: [] }
      const neighbours = await readNeighbours(sql, project_no, trace)
      const others = ownVisits(await readTasks(sql, project_no, neighbours, [...tasks]))
      const traces = new Map([trace, ...neighbours].map((each) => [each.trace_no, each]))
      const pairs = pairsOf([...own.filter(({ node }) => tasks.has(node.task ?? '')), ...others])
      const ours = pairs.filter((pair) => pair.some(({ trace_no }) => trace_no === trace.trace_no))
      return { items: ours.flatMap((pair) => show(pair, traces)) }
    })
  })
