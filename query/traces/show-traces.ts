import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import type { TraceInList } from '#shared/contract/traces.ts'
import { arrayLiteral } from '#shared/store/array-literal.ts'
import { showTrace, type TraceRow } from './show-trace.ts'

type Row = { trace_no: string; passed: number; total: number }
type Of = { project_no: number; project_id: string; now_ms: number }

/** Rows of a page as the API lists them: with how their evaluations came out. */
export async function showTraces(
  sql: postgres.ISql,
  { project_no, project_id, now_ms }: Of,
  rows: TraceRow[],
): Promise<Static<typeof TraceInList>[]> {
  const counted =
    rows.length === 0
      ? []
      : await sql<Row[]>`
          select trace_no, count(*) filter (where passed)::int as passed, count(*)::int as total
          from evals where project_no = ${project_no}
            and trace_no = any(${arrayLiteral(rows.map(({ trace_no }) => trace_no))}::text::bigint[])
          group by trace_no`
  const by_trace = new Map(counted.map(({ trace_no, passed, total }) => [trace_no, { passed, total }]))
  return rows.map((row) => ({
    ...showTrace(row, project_id, now_ms),
    evaluations: by_trace.get(row.trace_no) ?? { passed: 0, total: 0 },
  }))
}
