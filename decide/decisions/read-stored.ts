import type { Output } from '#shared/contract/endpoint.ts'
import type { decide } from '#shared/contract/decide.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import {
  decisionColumns,
  judgeRunColumns,
  rowToDecision,
  rowToJudgeRun,
  type DecisionRow,
  type JudgeRunRow,
} from '#shared/schema/decision-row.ts'
import type { Sql } from '#shared/store/connect.ts'

/** What `/decide` answers. */
export type Answer = Output<typeof decide>

type Stored = { request_digest: Uint8Array; answer: Answer }

/** A decision with its judges as it is answered, whether it was just made or read back. */
export function answerOf(row: DecisionRow, runs: readonly JudgeRunRow[], project_id: string): Answer {
  const decision = rowToDecision(row, project_id)
  return {
    decision,
    judge_runs: runs.map((run) => rowToJudgeRun(run, project_id, decision.trace_id)),
  }
}

/** What was decided under a key of the project, and on which body; null when nothing was. */
export async function readStored(
  sql: Sql,
  { project_no, project_id }: ProjectRef,
  key: string,
): Promise<Stored | null> {
  const [row] = await sql<(DecisionRow & { request_digest: Uint8Array })[]>`
    select ${decisionColumns(sql)}, d.request_digest from decisions d
    where d.project_no = ${project_no} and d.idempotency_key = ${key}`
  if (!row) return null
  const runs = await sql<JudgeRunRow[]>`
    select ${judgeRunColumns(sql)} from judge_runs r
    where r.decision_id = ${row.decision_id} and r.project_no = ${project_no}
    order by r.started_at, r.judge_run_id`
  return { request_digest: row.request_digest, answer: answerOf(row, runs, project_id) }
}
