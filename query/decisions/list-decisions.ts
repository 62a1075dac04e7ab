import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import * as contract from '#shared/contract/decide.ts'
import type { Issue } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { idKey } from '#shared/ids.ts'
import { decisionColumns, rowToDecision, type DecisionRow } from '#shared/schema/decision-row.ts'
import type { Deps } from '#shared/service.ts'
import { projectOf } from '../project-of.ts'
import { readTimes, type Times } from '../read-times.ts'
import { readCursor, writeCursor, type Position } from '../time-cursor.ts'
import { fresh, isKnown, tagOf, unchanged } from '../traces/answer-fresh.ts'
import { timestamp } from '../traces/timestamp.ts'

const PAGE_SIZE = 50
/** Decisions that one page looks through at most. */
const LOOKED_AT = 20_000
/** Lists are asked again and again, so one may take less time than other questions. */
const TIMEOUT_MS = 3000

type Query = Static<(typeof contract.listDecisions)['query']>
type Asked = Times & {
  project_no: number
  query: Query
  position: Position | null
  page_size: number
}
type Row = DecisionRow & { trace_expired: boolean }
type Place = { created_at: number; decision_id: string }

/** Text that no row could hold. */
const faultsOf = (query: Query): Issue[] =>
  (['rule', 'policy_id', 'reason_code'] as const)
    .filter((name) => query[name]?.includes('\0'))
    .map((name) => ({ type: 'string_not_printable', loc: ['query', name], msg: 'Text has no NUL' }))

/** The decisions that a page looks through, newest first. */
function looked(sql: postgres.ISql, { project_no, query, since, until, position }: Asked) {
  const { action, trace_id } = query
  return sql`
    select * from decisions
    where project_no = ${project_no}
      ${action === undefined ? sql`` : sql`and action = ${action}`}
      ${trace_id === undefined ? sql`` : sql`and trace_key = ${idKey(trace_id)}`}
      ${since === null ? sql`` : sql`and created_at >= ${timestamp(sql, since)}`}
      ${until === null ? sql`` : sql`and created_at <= ${timestamp(sql, until)}`}
      ${position === null ? sql`` : sql`and (created_at, decision_id) < (${timestamp(sql, position.at)}, ${position.id}::uuid)`}
    order by created_at desc, decision_id desc limit ${LOOKED_AT}`
}

/** What is asked of a decision that is looked at. */
const matching = (sql: postgres.ISql, query: Query) => sql`
  true
  ${query.rule === undefined ? sql`` : sql`and d.rule = ${query.rule}`}
  ${query.reason_code === undefined ? sql`` : sql`and d.reason_code = ${query.reason_code}`}
  ${query.policy_id === undefined ? sql`` : sql`and coalesce(d.policy_id::text, d.policy_name) = lower(${query.policy_id})`}
  ${query.policy_version === undefined ? sql`` : sql`and coalesce(d.policy_version, 1) = ${query.policy_version}`}
  ${query.degraded === undefined ? sql`` : sql`and (d.degraded <> '{}') = ${query.degraded}`}`

const find = (sql: postgres.ISql, asked: Asked) => sql<Row[]>`
  select ${decisionColumns(sql)}, not exists (
      select from traces t where t.project_no = ${asked.project_no} and t.trace_key = d.trace_key) as trace_expired
  from (
    select * from (${looked(sql, asked)}) d where ${matching(sql, asked.query)}
    order by created_at desc, decision_id desc limit ${asked.page_size + 1}) d
  order by d.created_at desc, d.decision_id desc`

/** Where a page ended that looked through all it may; null when there was nothing more to look at. */
async function lastLooked(sql: postgres.ISql, asked: Asked): Promise<Place | null> {
  const [row] = await sql<Place[]>`
    select (extract(epoch from created_at) * 1000000)::float8 as created_at, decision_id
    from (${looked(sql, asked)}) d order by d.created_at desc, d.decision_id desc offset ${LOOKED_AT - 1}`
  return row ?? null
}

async function list(deps: Deps, asked: Asked, project_id: string) {
  return await deps.database.read.begin('isolation level repeatable read read only', async (sql) => {
    await sql`select set_config('statement_timeout', ${String(TIMEOUT_MS)}, true)`
    const rows = await find(sql, asked)
    const shown = rows.slice(0, asked.page_size)
    const last = rows.length > asked.page_size ? shown.at(-1) : await lastLooked(sql, asked)
    return {
      items: shown.map((row) => ({ ...rowToDecision(row, project_id), trace_expired: row.trace_expired })),
      next_cursor: last ? writeCursor({ at: last.created_at, id: last.decision_id }) : null,
    }
  })
}

/** `GET /api/v1/decisions`. */
export const listDecisions = (deps: Deps): Route =>
  serve(contract.listDecisions, async ({ query, principal, request }) => {
    const { project_no, project_id } = projectOf(principal)
    const position = query.cursor === undefined ? null : readCursor(query.cursor)
    const page_size = query.page_size ?? PAGE_SIZE
    const asked = { project_no, query, ...readTimes(query, faultsOf(query)), position, page_size }
    const answer = await list(deps, asked, project_id)
    const tag = tagOf(request, [project_id, answer])
    return isKnown(request, tag) ? unchanged(tag) : fresh(answer, tag)
  })
