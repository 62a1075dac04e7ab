import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import * as contract from '#shared/contract/cases.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { idKey } from '#shared/ids.ts'
import { caseColumns, rowToCase, type CaseRow } from '#shared/schema/case-row.ts'
import { isCaseStatus, SEVERITIES } from '#shared/schema/case-words.ts'
import type { Deps } from '#shared/service.ts'
import { projectOf } from '../project-of.ts'
import { countCases } from './count-cases.ts'
import { readPlace, writePlace, type Place } from './place.ts'
import { requireCase } from './show-case.ts'

const PAGE_SIZE = 20
/** Totals are exact up to this many. */
const COUNTED = 10_000

type Query = Static<(typeof contract.listCases)['query']>

function statusesOf({ status }: Query): string[] | null {
  if (status === undefined) return null
  const statuses = status.split(',')
  if (statuses.every(isCaseStatus)) return statuses
  throw new HubError('validation_error', {
    issues: [
      { type: 'literal_error', loc: ['query', 'status'], msg: 'Expected open, acknowledged or resolved' },
    ],
  })
}

/** The cases that are asked for. */
function matching(sql: postgres.ISql, project_no: number, query: Query, now: number) {
  const { assignee, unassigned, severity, reason_code, rule, overdue, trace_id, sort } = query
  const statuses = statusesOf(query)
  const late = sql`(c.due_at is not null and c.due_at < ${new Date(now)})`
  return sql`
    from cases c where c.project_no = ${project_no}
    ${sort === 'urgency' ? sql`and c.status <> 'resolved'` : sql``}
    ${statuses === null ? sql`` : sql`and c.status = any(${statuses}::text[])`}
    ${assignee === undefined ? sql`` : sql`and c.assignee = ${assignee}`}
    ${unassigned === undefined ? sql`` : sql`and (c.assignee is null) = ${unassigned}`}
    ${severity === undefined ? sql`` : sql`and c.severity = ${SEVERITIES.indexOf(severity)}`}
    ${reason_code === undefined ? sql`` : sql`and c.reason_code = ${reason_code}`}
    ${rule === undefined ? sql`` : sql`and c.rule = ${rule}`}
    ${overdue === undefined ? sql`` : sql`and ${late} = ${overdue}`}
    ${
      trace_id === undefined
        ? sql``
        : sql`and exists (
      select from case_traces l
      where l.project_no = ${project_no} and l.trace_key = ${idKey(trace_id)} and l.case_id = c.case_id)`
    }`
}

/** What comes after a place in the order of the list. */
function afterPlace(sql: postgres.ISql, place: Place | null) {
  if (place === null) return sql``
  const at = sql`timestamptz 'epoch' + ${place.at}::float8 * interval '1 microsecond'`
  return place.severity === null
    ? sql`and (c.created_at, c.case_id) < (${at}, ${place.id}::uuid)`
    : sql`and (c.severity < ${place.severity} or (
        c.severity = ${place.severity} and (c.due_at, c.case_id) > (${at}, ${place.id}::uuid)))`
}

const ordered = (sql: postgres.ISql, { sort }: Query) =>
  sort === 'urgency'
    ? sql`order by c.severity desc, c.due_at, c.case_id`
    : sql`order by c.created_at desc, c.case_id desc`

const placeOf = (row: CaseRow, { sort }: Query): Place =>
  sort === 'urgency'
    ? { severity: row.severity, at: row.due_at ?? 0, id: row.case_id }
    : { severity: null, at: row.created_at, id: row.case_id }

/** Where the page begins: after a page before, or after a case that is not resolved. */
async function placeFor(sql: postgres.ISql, project_no: number, query: Query): Promise<Place | null> {
  if (query.cursor !== undefined) return readPlace(query.cursor, query.sort === 'urgency')
  if (query.after === undefined || query.sort !== 'urgency') return null
  const row = await requireCase(sql, project_no, query.after)
  return row.due_at === null ? null : placeOf(row, query)
}

/** `GET /api/v1/cases`. */
export const listCases = (deps: Deps): Route =>
  serve(contract.listCases, async ({ query, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const sql = deps.database.read
    const now = deps.clock()
    const page_size = query.page_size ?? PAGE_SIZE
    const page = query.page ?? 1
    const place = await placeFor(sql, project_no, query)
    const found = matching(sql, project_no, query, now)
    const [rows, [counted], counts] = await Promise.all([
      sql<CaseRow[]>`
        select ${caseColumns(sql)} ${found} ${afterPlace(sql, place)} ${ordered(sql, query)}
        limit ${page_size + 1} offset ${place ? 0 : (page - 1) * page_size}`,
      sql<{ total: number }[]>`
        select count(*)::int as total from (select 1 ${found} limit ${COUNTED + 1}) counted`,
      countCases(deps, project_no, now),
    ])
    const shown = rows.slice(0, page_size)
    const last = rows.length > page_size ? shown.at(-1) : undefined
    const total = counted?.total ?? 0
    return {
      items: shown.map((row) => rowToCase(row, project_id, now)),
      page,
      page_size,
      total: Math.min(total, COUNTED),
      total_capped: total > COUNTED,
      next_cursor: last ? writePlace(placeOf(last, query)) : null,
      stats: {
        by_status: counts.by_status,
        overdue: counts.overdue,
        overdue_open_24h: counts.overdue_open_24h,
      },
    }
  })
