import type { DecisionRow, JudgeRunRow } from '#shared/schema/decision-row.ts'
import type { CasePlan } from '../cases/plan-case.ts'
import type { Evidence } from './evidence.ts'

/** A call of a judge on its way into the tables; times in microseconds since 1970. */
export type DecidedRun = JudgeRunRow & { started_at: number }

/** A decision on its way into the tables, with all that is stored beside it. */
export type DecidedRow = DecisionRow & {
  project_no: number
  /** SHA-256 of the body that was decided on, members sorted. */
  request_digest: Uint8Array
  timings: Record<string, number>
  /** Null where what it was made of was never here. */
  evidence: Evidence | null
  runs: DecidedRun[]
  /** The case that the decision belongs into. */
  case_plan: CasePlan | null
}
