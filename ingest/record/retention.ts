import type { Config } from '#shared/config.ts'
import type { Sql } from '#shared/store/connect.ts'

/** For how many days each project's traces are kept; null is for ever. */
export type Retention = {
  /** Of all projects: whole days of the record go only after this. */
  longest: number | null
  projects: Map<number, number | null>
}

/** What the projects set, and for the others HUB_RETENTION_DAYS; 0 means for ever in both places. */
export async function readRetention(sql: Sql, { retention_days }: Config): Promise<Retention> {
  const rows = await sql<{ project_no: number; days: number }[]>`
    select p.project_no, coalesce(s.retention_days, ${retention_days}::int) days
    from projects p left join project_settings s using (project_no) order by 1`
  const projects = new Map(rows.map(({ project_no, days }) => [project_no, days || null]))
  const all = projects.size > 0 ? [...projects.values()] : [retention_days || null]
  return { longest: all.includes(null) ? null : Math.max(...all.map(Number)), projects }
}
