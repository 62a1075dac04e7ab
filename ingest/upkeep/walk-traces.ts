import { HubError } from '#shared/errors.ts'
import type { Sql } from '#shared/store/connect.ts'

/** Which part of the record a job looks at: all of it, a project, a UTC day of traces, or both. */
export type Part = { project_id?: string; day?: string }

/** Where a walk stands: after this trace of this day of this project. */
export type Place = { project_no: number; day: string; trace_no: string }

export type WalkedTrace = {
  project_no: number
  trace_day: string
  trace_no: string
  trace_key: string
  total_spans: number
}

/** Before every trace of every project. */
export const START: Place = { project_no: 0, day: '0001-01-01', trace_no: '0' }

const PAGE = 200

/** The numbers of the projects of a part, in the order in which they are walked; throws when it names one that is not. */
export async function projectsOf(sql: Sql, { project_id }: Part): Promise<number[]> {
  const rows = await sql<{ project_no: number }[]>`
    select project_no from projects
    where ${project_id ?? null}::text is null or project_id::text = lower(${project_id ?? null}::text)
    order by project_no`
  if (project_id !== undefined && rows.length === 0) throw new HubError('project_not_found')
  return rows.map(({ project_no }) => project_no)
}

/** Where the walk of a project begins, given where the whole walk stands. */
function beginningOf(project_no: number, { day }: Part, after: Place): Place {
  const place = project_no === after.project_no ? after : START
  return day && place.day < day ? { ...START, day } : place
}

/** How many traces are still to be walked; one project after the other, by the index. */
export async function countTraces(sql: Sql, part: Part, after: Place): Promise<number> {
  let all = 0
  for (const project_no of await projectsOf(sql, part)) {
    if (project_no < after.project_no) continue
    const { day, trace_no } = beginningOf(project_no, part, after)
    const [row] = await sql<[{ traces: number }]>`
      select count(*)::int traces from traces
      where project_no = ${project_no} and (trace_day, trace_no) > (${day}::text::date, ${trace_no}::bigint)
        and trace_day <= ${part.day ?? 'infinity'}::text::date`
    all += row.traces
  }
  return all
}

/** Pages of traces in the order of project, day and number, so that traces that came together are read together. */
export async function* walkTraces(sql: Sql, part: Part, after: Place): AsyncGenerator<WalkedTrace[]> {
  for (const project_no of await projectsOf(sql, part)) {
    if (project_no < after.project_no) continue
    let { day, trace_no } = beginningOf(project_no, part, after)
    for (;;) {
      const page: WalkedTrace[] = await sql<WalkedTrace[]>`
        select project_no, trace_day::text, trace_no, trace_key, total_spans from traces
        where project_no = ${project_no} and (trace_day, trace_no) > (${day}::text::date, ${trace_no}::bigint)
          and trace_day <= ${part.day ?? 'infinity'}::text::date
        order by trace_day, trace_no limit ${PAGE}`
      const last = page.at(-1)
      if (!last) break
      yield page
      day = last.trace_day
      trace_no = last.trace_no
    }
  }
}
