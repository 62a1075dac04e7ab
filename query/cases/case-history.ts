import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/cases.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { readCursor, writeCursor } from '../time-cursor.ts'
import { requireCase } from './show-case.ts'

const PAGE_SIZE = 20

type Line = Output<typeof contract.caseHistory>['items'][number]
type Row = Omit<Line, 'at'> & { at: number }

/** `GET /api/v1/cases/{id}/history`. */
export const caseHistory = (deps: Deps): Route =>
  serve(contract.caseHistory, async ({ params, query, principal }) => {
    const { project_no } = projectOf(principal)
    const sql = deps.database.read
    const { case_id } = await requireCase(sql, project_no, params.case_id)
    const position = query.cursor === undefined ? null : readCursor(query.cursor)
    const page_size = query.page_size ?? PAGE_SIZE
    const rows = await sql<Row[]>`
      select h.history_id as id, (extract(epoch from h.at) * 1000000)::float8 as at, h.actor,
        coalesce(p.name, k.name) as actor_name, h.event, h.from_status, h.to_status, h.comment, h.detail
      from case_history h
      left join people p on p.person_id::text = h.actor
      left join api_keys k on k.key_id::text = h.actor and k.project_no = ${project_no}
      where h.project_no = ${project_no} and h.case_id = ${case_id}
        ${position === null ? sql`` : sql`and (h.at, h.history_id) < (${writeTime(position.at)}::text::timestamptz, ${position.id}::uuid)`}
      order by h.at desc, h.history_id desc limit ${page_size + 1}`
    const shown = rows.slice(0, page_size)
    const last = rows.length > page_size ? shown.at(-1) : undefined
    return {
      items: shown.map((row) => ({ ...row, at: writeTime(row.at) })),
      next_cursor: last ? writeCursor({ at: last.at, id: last.id }) : null,
    }
  })
