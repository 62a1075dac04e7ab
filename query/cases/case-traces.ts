import * as contract from '#shared/contract/cases.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { shownId } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { readCursor, writeCursor } from '../time-cursor.ts'
import { requireCase } from './show-case.ts'

const PAGE_SIZE = 20

type Row = {
  at: number
  decision_id: string
  id_form: number
  trace_key: string
  trace_id: string | null
  expired: boolean
  name: string | null
  user_id: string | null
  input_text: string | null
}

/** `GET /api/v1/cases/{id}/traces`. */
export const caseTraces = (deps: Deps): Route =>
  serve(contract.caseTraces, async ({ params, query, principal }) => {
    const { project_no } = projectOf(principal)
    const sql = deps.database.read
    const { case_id } = await requireCase(sql, project_no, params.case_id)
    const position = query.cursor === undefined ? null : readCursor(query.cursor)
    const page_size = query.page_size ?? PAGE_SIZE
    const rows = await sql<Row[]>`
      select (extract(epoch from l.at) * 1000000)::float8 as at, l.decision_id, l.id_form, l.trace_key, l.trace_id,
        t.trace_no is null as expired, t.name, t.user_id, t.input_preview as input_text
      from (
        select * from case_traces
        where project_no = ${project_no} and case_id = ${case_id}
          ${position === null ? sql`` : sql`and (at, decision_id) < (${writeTime(position.at)}::text::timestamptz, ${position.id}::uuid)`}
        order by at desc, decision_id desc limit ${page_size + 1}) l
      left join traces t on t.project_no = ${project_no} and t.trace_key = l.trace_key
      order by l.at desc, l.decision_id desc`
    const shown = rows.slice(0, page_size)
    const last = rows.length > page_size ? shown.at(-1) : undefined
    return {
      items: shown.map(({ at, decision_id, id_form, trace_key, trace_id, ...of }) => ({
        trace_id: shownId(trace_key, id_form, trace_id),
        decision_id,
        at: writeTime(at),
        ...of,
      })),
      next_cursor: last ? writeCursor({ at: last.at, id: last.decision_id }) : null,
    }
  })
