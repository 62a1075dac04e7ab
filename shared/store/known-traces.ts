import { arrayLiteral } from './array-literal.ts'
import type { Sql } from './connect.ts'

/** Which of some traces are there, as `project_no key`. */
export async function knownTraces(
  sql: Sql,
  traces: readonly { project_no: number; key: string }[],
): Promise<Set<string>> {
  const rows = await sql<{ project_no: number; trace_key: string }[]>`
    select t.project_no, t.trace_key
    from unnest(${arrayLiteral(traces.map(({ project_no }) => project_no))}::text::int[],
      ${arrayLiteral(traces.map(({ key }) => key))}::text::text[]) k(project_no, trace_key)
    join traces t on t.project_no = k.project_no and t.trace_key = k.trace_key`
  return new Set(rows.map(({ project_no, trace_key }) => `${project_no} ${trace_key}`))
}
