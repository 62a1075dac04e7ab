import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import type { Evaluation } from '#shared/contract/ingest.ts'
import { writeTime } from '#shared/time.ts'

const MOST = 2000

type Row = {
  eval_id: string
  span_id: string | null
  name: string
  model: string
  score: number
  passed: boolean
  label: string | null
  explanation: string | null
  metadata: Record<string, unknown>
  user_review_passed: boolean | null
  created_at: number
}

const show = (row: Row, trace_id: string): Static<typeof Evaluation> => ({
  id: row.eval_id,
  trace_id,
  span_id: row.span_id,
  eval_name: row.name,
  eval_model: row.model,
  score: row.score,
  passed: row.passed,
  label: row.label,
  explanation: row.explanation,
  metadata: row.metadata,
  user_review_passed: row.user_review_passed,
  created_at: writeTime(row.created_at),
})

/** The newest 2,000 evaluations of a trace, or of its spans with these keys. */
export async function readEvaluations(
  sql: postgres.ISql,
  project_no: number,
  trace: { trace_no: string; id: string },
  span_keys?: string[],
): Promise<Static<typeof Evaluation>[]> {
  const rows = await sql<Row[]>`
    select e.eval_id, e.span_id, e.name, e.model, e.score, e.passed, e.label, e.explanation, e.metadata,
      e.user_review_passed, (extract(epoch from e.created_at) * 1000000)::float8 as created_at
    from evals e
    where e.project_no = ${project_no} and e.trace_no = ${trace.trace_no}
      ${span_keys ? sql`and e.span_key = any(${span_keys}::text[])` : sql``}
    order by e.created_at desc, e.eval_id desc limit ${MOST}`
  return rows.map((row) => show(row, trace.id))
}
