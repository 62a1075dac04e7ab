import type postgres from 'postgres'
import { remember } from '#shared/cache/remember.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/priority.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { ERROR, RUNNING } from '#shared/schema/status.ts'
import type { Deps } from '#shared/service.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { readWindow, type Window } from '../stats/read-window.ts'
import { showTrace, traceColumns, type TraceRow } from './show-trace.ts'

type Queue = Output<typeof contract.priorityQueue>
type Scored = Record<contract.RiskTerm, number>
type Row = TraceRow & Scored & { risk: number; over_sla: boolean; total: number }

const { RISK_POINTS } = contract
const TERMS = Object.keys(RISK_POINTS) as contract.RiskTerm[]
const LIMIT = 10
const HIGH_RISK = 70
const LOOKED_AT = 2000
const SHARED_MS = 2000
const MINUTE_MS = 60_000

type Asked = { project_no: number; window: Window; sla_ms: number | null; limit: number }

const inWindow = (sql: postgres.ISql, { project_no, window }: Asked) => sql`
  project_no = ${project_no} and start_time >= ${writeTime(window.since)}::text::timestamptz
  and start_time < ${writeTime(window.until)}::text::timestamptz`

const hasMore = async (sql: postgres.Sql, asked: Asked): Promise<boolean> => {
  const rows = await sql`
    select 1 from traces where ${inWindow(sql, asked)}
    order by start_time desc, trace_no desc offset ${LOOKED_AT} limit 1`
  return rows.length > 0
}

/** The newest traces of a window; with a condition that an index holds, of those. */
const newest = (sql: postgres.ISql, asked: Asked, condition: postgres.Fragment) => sql`
  select trace_no, start_time, status, total_spans, ended_spans, user_review_passed,
    decision is not null as decided, decision ->> 'action' as action,
    case when status <> ${RUNNING} then end_time - start_time end as took
  from traces where ${inWindow(sql, asked)} ${condition}
  order by start_time desc, traces.trace_no desc limit ${LOOKED_AT}`

/**
 * Scores the newest traces of the window that failed and the newest that were decided. Without either no risk is high, so
 * of the newest others only those belong here that took too long.
 */
const read = (sql: postgres.Sql, asked: Asked): Promise<Row[]> => {
  const limit = sql`${asked.sla_ms}::float8 * interval '1 millisecond'`
  return sql<Row[]>`
  with candidates as (
    (${newest(sql, asked, sql`and status = 2`)})
    union all (${newest(sql, asked, sql`and decision is not null and status <> 2`)})
    union all select * from (${newest(sql, asked, sql``)}) newest
      where status <> 2 and not decided and took > ${limit}
  ), scored as (
    select trace_no, start_time,
      case when status = ${ERROR} then ${RISK_POINTS.error}::int else 0 end as error,
      case when action = 'BLOCK' then ${RISK_POINTS.block}::int else 0 end as block,
      case when action = 'ESCALATE' then ${RISK_POINTS.escalate}::int else 0 end as escalate,
      case when total_spans > ended_spans then ${RISK_POINTS.open_spans}::int else 0 end as open_spans,
      case when user_review_passed is false then ${RISK_POINTS.review_failed}::int else 0 end as review_failed,
      case when total_spans = 0 then 0
        else round(${RISK_POINTS.incomplete}::numeric * (total_spans - ended_spans) / total_spans)::int
      end as incomplete,
      coalesce(took > ${limit}, false) as over_sla
    from candidates
  ), queued as (
    select s.*, r.risk, count(*) over ()::int as total
    from scored s, lateral (
      select least(100, error + block + escalate + open_spans + review_failed + incomplete) as risk) r
    where error > 0 or over_sla or r.risk >= ${HIGH_RISK}
    order by r.risk desc, start_time desc, trace_no desc limit ${asked.limit}
  )
  select t.*, error, block, escalate, open_spans, review_failed, incomplete, risk, over_sla, total
  from queued q, lateral (
    select ${traceColumns(sql)} from traces where project_no = ${asked.project_no} and trace_no = q.trace_no) t
  order by risk desc, t.start_time desc, t.trace_no desc`
}

/** `GET /api/v1/traces/stats/priority`. Those who ask the same within two seconds share one answer. */
export const priorityQueue = (deps: Deps): Route =>
  serve(contract.priorityQueue, async ({ query, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const now_ms = deps.clock()
    const window = readWindow(query, now_ms)
    const asked = { project_no, window, sla_ms: query.sla_ms ?? null, limit: query.limit ?? LIMIT }
    const key = `priority.v1:${project_id}:${JSON.stringify(query)}:${Math.floor(now_ms / MINUTE_MS)}`
    const { response } = contract.priorityQueue
    return remember(deps.cache, { key, ttl_ms: SHARED_MS, schema: response }, async (): Promise<Queue> => {
      const sql = deps.database.read
      const [rows, more] = await Promise.all([read(sql, asked), hasMore(sql, asked)])
      return {
        items: rows.map((row) => ({
          trace: showTrace(row, project_id, now_ms),
          risk: row.risk,
          terms: TERMS.filter((term) => row[term] > 0).map((term) => ({ term, points: row[term] })),
          over_sla: row.over_sla,
        })),
        total: rows[0]?.total ?? 0,
        looked_at: more ? LOOKED_AT : null,
      }
    })
  })
