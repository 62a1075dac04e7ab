import type { Step } from '#shared/mvp/step.ts'
import { bringCases } from './bring-cases.ts'
import { bringDecisions } from './bring-decisions.ts'
import { bringJudgeRuns } from './bring-judge-runs.ts'
import { bringPolicies } from './bring-policies.ts'

/** What decide brings over, in its order: a decision names its policy, a judge run and a case their decision. */
export const DECISION_STEPS: readonly Step[] = [bringPolicies, bringDecisions, bringJudgeRuns, bringCases]
