import type postgres from 'postgres'
import * as contract from '#shared/contract/audit.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { isUuid } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import { writeTime } from '#shared/time.ts'
import { readCursor, writeCursor } from '../time-cursor.ts'

const PAGE_SIZE = 50

type Line = Output<typeof contract.listAudit>['items'][number]
type Row = Omit<Line, 'at'> & { at: number }

async function projectNo(sql: postgres.ISql, project_id: string): Promise<number> {
  const [row] = isUuid(project_id)
    ? await sql<{ project_no: number }[]>`select project_no from projects where project_id = ${project_id}`
    : []
  if (!row) throw new HubError('project_not_found')
  return row.project_no
}

/** `GET /api/v1/audit`, for administrators of the hub. */
export const listAudit = (deps: Deps): Route =>
  serve(contract.listAudit, async ({ query }) => {
    const sql = deps.database.read
    const page_size = query.page_size ?? PAGE_SIZE
    const position = query.cursor === undefined ? null : readCursor(query.cursor)
    const project_no = query.project_id === undefined ? null : await projectNo(sql, query.project_id)
    const rows = await sql<Row[]>`
      select a.audit_id as id, (extract(epoch from a.at) * 1000000)::float8 as at, a.actor, a.action, a.subject,
        a.detail, p.project_id, p.name as project_name, who.name as actor_name,
        coalesce(whom.name, what.name) as subject_name
      from audit a
      left join projects p using (project_no)
      left join people who on who.person_id::text = a.actor
      left join people whom on whom.person_id::text = a.subject
      left join projects what on what.project_id::text = a.subject
      where ${project_no === null ? sql`true` : sql`a.project_no = ${project_no}`}
        and ${position === null ? sql`true` : sql`(a.at, a.audit_id) < (${writeTime(position.at)}::text::timestamptz, ${position.id}::uuid)`}
      order by a.at desc, a.audit_id desc
      limit ${page_size + 1}`
    const shown = rows.slice(0, page_size)
    const last = rows.length > page_size ? shown.at(-1) : undefined
    return {
      items: shown.map((row) => ({ ...row, at: writeTime(row.at) })),
      next_cursor: last ? writeCursor(last) : null,
    }
  })
