import type { Output } from '#shared/contract/endpoint.ts'
import type { listProjects as contract } from '#shared/contract/projects.ts'
import type { Deps } from '#shared/service.ts'

type Row = {
  id: string
  name: string
  is_active: boolean
  key_activated: boolean
  is_default: boolean
  created_at: Date
  trace_count: number
  open_case_count: number
  last_trace_at: Date | null
}

/** All projects, newest first, each with its exact number of traces; one statement, however many there are. */
export async function listProjects({ database }: Deps): Promise<Output<typeof contract>> {
  const rows = await database.sql<Row[]>`
    select p.project_id as id, p.name, p.is_active, p.key_activated, p.is_default, p.created_at,
           t.trace_count, 0 as open_case_count, t.last_trace_at
    from projects p
    cross join lateral (
      select count(*)::integer as trace_count, max(start_time) as last_trace_at
      from traces where project_no = p.project_no
    ) t
    order by p.created_at desc, p.project_no desc`
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    is_active: row.is_active,
    key_activated: row.key_activated,
    created_at: row.created_at.toISOString(),
    is_default: row.is_default,
    trace_count: row.trace_count,
    open_case_count: row.open_case_count,
    last_trace_at: row.last_trace_at?.toISOString() ?? null,
  }))
}
