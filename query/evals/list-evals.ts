import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import * as contract from '#shared/contract/evals.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { idKey } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { readCursor, writeCursor, type Position } from '../time-cursor.ts'
import { traceIdOf } from '../traces/show-trace.ts'

const PAGE_SIZE = 50
/** Evaluations that one page looks through at most. */
const LOOKED_AT = 20_000

type Query = Static<(typeof contract.listEvals)['query']>
type Place = { at: number; eval_id: string }
type Row = {
  eval_id: string
  at: number
  trace_key: string
  id_form: number
  trace_id: string | null
  trace_name: string | null
  span_id: string | null
  name: string
  model: string
  score: number
  passed: boolean
  label: string | null
  explanation: string | null
  metadata: Record<string, unknown>
  user_review_passed: boolean | null
}

async function traceNo(sql: postgres.ISql, project_no: number, trace_id: string): Promise<string> {
  const [row] = await sql<{ trace_no: string }[]>`
    select trace_no from traces where project_no = ${project_no} and trace_key = ${idKey(trace_id)}`
  if (!row) throw new HubError('trace_not_found')
  return row.trace_no
}

type Asked = { project_no: number; trace_no: string | null; position: Position | null }

/** The evaluations that a page looks through, newest first. */
const looked = (sql: postgres.ISql, { project_no, trace_no, position }: Asked) => sql`
  select * from evals
  where project_no = ${project_no}
    ${trace_no === null ? sql`` : sql`and trace_no = ${trace_no}::bigint`}
    ${position === null ? sql`` : sql`and (created_at, eval_id) < (${writeTime(position.at)}::text::timestamptz, ${position.id}::uuid)`}
  order by created_at desc, eval_id desc limit ${LOOKED_AT}`

const find = (
  sql: postgres.ISql,
  evals: postgres.Fragment,
  { eval_name, passed, label }: Query,
  most: number,
) => sql<Row[]>`
  select e.eval_id, (extract(epoch from e.created_at) * 1000000)::float8 as at, t.trace_key, t.id_form, t.trace_id,
    t.name as trace_name, e.span_id, e.name, e.model, e.score, e.passed, e.label, e.explanation, e.metadata,
    e.user_review_passed
  from (
    select * from (${evals}) newest where true
      ${eval_name === undefined ? sql`` : sql`and name = ${eval_name}`}
      ${passed === undefined ? sql`` : sql`and passed = ${passed}`}
      ${label === undefined ? sql`` : sql`and label = ${label}`}
    order by created_at desc, eval_id desc limit ${most}) e
  join traces t on t.trace_no = e.trace_no and t.project_no = e.project_no
  order by e.created_at desc, e.eval_id desc`

/** Where a page ended that looked through all it may; null when there was nothing more to look at. */
async function lastLooked(sql: postgres.ISql, evals: postgres.Fragment): Promise<Place | null> {
  const [row] = await sql<Place[]>`
    select (extract(epoch from created_at) * 1000000)::float8 as at, eval_id
    from (${evals}) newest order by created_at desc, eval_id desc offset ${LOOKED_AT - 1}`
  return row ?? null
}

const show = (row: Row) => ({
  id: row.eval_id,
  trace_id: traceIdOf(row),
  trace_name: row.trace_name,
  span_id: row.span_id,
  eval_name: row.name,
  eval_model: row.model,
  score: row.score,
  passed: row.passed,
  label: row.label,
  explanation: row.explanation,
  metadata: row.metadata,
  user_review_passed: row.user_review_passed,
  created_at: writeTime(row.at),
})

/** `GET /api/v1/evals`. */
export const listEvals = (deps: Deps): Route =>
  serve(contract.listEvals, async ({ query, principal }) => {
    const { project_no } = projectOf(principal)
    const sql = deps.database.read
    const position = query.cursor === undefined ? null : readCursor(query.cursor)
    const trace_no = query.trace_id === undefined ? null : await traceNo(sql, project_no, query.trace_id)
    const page_size = query.page_size ?? PAGE_SIZE
    const evals = looked(sql, { project_no, trace_no, position })
    const rows = await find(sql, evals, query, page_size + 1)
    const shown = rows.slice(0, page_size)
    const last = rows.length > page_size ? shown.at(-1) : await lastLooked(sql, evals)
    return {
      items: shown.map(show),
      next_cursor: last ? writeCursor({ at: last.at, id: last.eval_id }) : null,
    }
  })
