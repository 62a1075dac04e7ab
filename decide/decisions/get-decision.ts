import type postgres from 'postgres'
import * as contract from '#shared/contract/decide.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import {
  judgeRunColumns,
  rowToDecision,
  rowToJudgeRun,
  type JudgeRunRow,
} from '#shared/schema/decision-row.ts'
import type { Deps } from '#shared/service.ts'
import type { PolicyBook } from '../policies/policy-book.ts'
import { projectOf } from '../project-of.ts'
import { explainDecision } from './explain-decision.ts'
import { readDecision, readGrounds } from './read-decision.ts'

const readRuns = (sql: postgres.ISql, project_no: number, decision_id: string) => sql<JudgeRunRow[]>`
  select ${judgeRunColumns(sql)} from judge_runs r
  where r.project_no = ${project_no} and r.decision_id = ${decision_id}
  order by r.started_at, r.judge_run_id`

/** `GET /api/v1/decisions/{decision_id}`. */
export const getDecision = ({ database }: Deps, book: PolicyBook): Route =>
  serve(contract.getDecision, async ({ params, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const stored = await readDecision(database.sql, project_no, params.decision_id)
    const runs = await readRuns(database.sql, project_no, stored.decision_id)
    const grounds = await readGrounds(book, project_no, stored)
    const decision = rowToDecision(stored, project_id)
    return {
      decision: { ...decision, trace_expired: stored.trace_expired },
      judge_runs: runs.map((row) => rowToJudgeRun(row, project_id, decision.trace_id)),
      explain: 'missing' in grounds ? null : explainDecision({ ...grounds, timings_us: stored.timings }),
      unexplained: 'missing' in grounds ? grounds.missing : null,
      evidence_erased: stored.evidence === null,
    }
  })
