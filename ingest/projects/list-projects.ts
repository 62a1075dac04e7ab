import type { Output } from '#shared/contract/endpoint.ts'
import type { listProjects as contract } from '#shared/contract/projects.ts'
import type { Principal } from '#shared/http/auth.ts'
import type { Deps } from '#shared/service.ts'

/** More traces than this are counted once a minute: it takes some 25 ms for 250,000. */
const COUNTED = 10_000
const MINUTE_MS = 60_000

type Row = {
  project_no: number
  id: string
  name: string
  is_active: boolean
  key_activated: boolean
  is_default: boolean
  created_at: Date
  open_case_count: number
  last_trace_at: Date | null
}

/** How many traces each of some projects has, in one statement for those whose number is not known. */
async function countTraces({ database, cache }: Deps, project_nos: number[]): Promise<Map<number, number>> {
  const keyOf = (project_no: number) => `projects.traces.v1:${project_no}`
  const counts = new Map<number, number>()
  await Promise.all(
    project_nos.map(async (project_no) => {
      const known = Number((await cache.get(keyOf(project_no))) ?? Number.NaN)
      if (Number.isSafeInteger(known)) counts.set(project_no, known)
    }),
  )
  const unknown = project_nos.filter((project_no) => !counts.has(project_no))
  if (unknown.length === 0) return counts
  const rows = await database.sql<{ project_no: number; traces: number }[]>`
    select project_no, count(*)::int traces from traces
    where project_no = any(${unknown}::int[]) group by project_no`
  for (const { project_no, traces } of rows) {
    counts.set(project_no, traces)
    if (traces > COUNTED) await cache.set(keyOf(project_no), String(traces), MINUTE_MS)
  }
  return counts
}

/**
 * All projects, or those that a person has a role in, newest first, each with its number of traces; above 10,000 it is up
 * to a minute old. As many statements, however many projects there are.
 */
export async function listProjects(
  deps: Deps,
  { sees_all, actor }: Pick<Principal, 'sees_all' | 'actor'>,
): Promise<Output<typeof contract>> {
  const { sql } = deps.database
  const member = sql`
    exists (select from memberships m where m.project_id = p.project_id and m.person_id::text = ${actor})`
  const rows = await sql<Row[]>`
    select p.project_no, p.project_id as id, p.name, p.is_active, p.key_activated, p.is_default, p.created_at,
      (select count(*)::int from cases c where c.project_no = p.project_no and c.status = 'open') as open_case_count,
      (select max(start_time) from traces where project_no = p.project_no) as last_trace_at
    from projects p
    where ${sees_all ? sql`true` : member}
    order by p.created_at desc, p.project_no desc`
  const counts = await countTraces(
    deps,
    rows.map(({ project_no }) => project_no),
  )
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    is_active: row.is_active,
    key_activated: row.key_activated,
    created_at: row.created_at.toISOString(),
    is_default: row.is_default,
    trace_count: counts.get(row.project_no) ?? 0,
    open_case_count: row.open_case_count,
    last_trace_at: row.last_trace_at?.toISOString() ?? null,
  }))
}
