import type postgres from 'postgres'
import type { Decision, JudgeRun } from '#shared/contract/decide.ts'
import {
  decisionColumns,
  judgeRunColumns,
  rowToDecision,
  rowToJudgeRun,
  type DecisionRow,
  type JudgeRunRow,
} from '#shared/schema/decision-row.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import type { FoundTrace } from './find-trace.ts'

const MOST_DECISIONS = 100
const MOST_RUNS = 200

/** What was decided of a trace, and what the judges said for it; the newest of each, newest first. */
export async function readDecisions(
  sql: postgres.ISql,
  { project_no, project_id }: ProjectRef,
  { trace_key, id, decision }: FoundTrace,
): Promise<{ decision_history: Decision[]; judge_runs: JudgeRun[] }> {
  // Whoever decides leaves the outcome on the trace, in the same transaction.
  if (decision === null) return { decision_history: [], judge_runs: [] }
  const decisions = await sql<DecisionRow[]>`
    select ${decisionColumns(sql)} from decisions d
    where d.project_no = ${project_no} and d.trace_key = ${trace_key}
    order by d.created_at desc, d.decision_id desc limit ${MOST_DECISIONS}`
  const decision_ids = decisions.map(({ decision_id }) => decision_id)
  const runs = await sql<JudgeRunRow[]>`
    select ${judgeRunColumns(sql)} from judge_runs r
    where r.project_no = ${project_no} and r.decision_id = any(${decision_ids}::uuid[])
    order by r.created_at desc, r.started_at desc, r.judge_run_id desc limit ${MOST_RUNS}`
  return {
    decision_history: decisions.map((row) => rowToDecision(row, project_id)),
    judge_runs: runs.map((row) => rowToJudgeRun(row, project_id, id)),
  }
}
