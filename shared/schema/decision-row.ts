import type postgres from 'postgres'
import type { Decision, JudgeRun } from '../contract/decide.ts'
import { dashed, shownId } from '../ids.ts'
import { isAction, type Action } from '../policy/actions.ts'
import { writeTime } from '../time.ts'

/** A row of `decisions` as it is shown; times in microseconds since 1970. */
export type DecisionRow = {
  decision_id: string
  created_at: number
  latency_us: number
  confidence: number
  policy_id: string | null
  policy_version: number | null
  id_form: number
  trace_key: string
  trace_id: string | null
  span_key: string
  idempotency_key: string
  action: string
  reason_code: string
  severity: string
  message: string | null
  policy_name: string
  policy_hash: string
  rule: string | null
  judge: string | null
  judge_model: string
  rationale: string
  degraded: string[]
  skipped: string[]
  signals: Record<string, unknown>
  /** The case that it fell into. */
  case_id: string | null
}

/** A row of `judge_runs` as it is shown; times in microseconds since 1970. */
export type JudgeRunRow = {
  judge_run_id: string
  decision_id: string
  created_at: number
  latency_us: number
  cost_nano: number | null
  input_tokens: number | null
  output_tokens: number | null
  confidence: number | null
  cached: boolean
  span_key: string
  judge: string
  provider: string
  model: string
  action: string | null
  reason_code: string | null
  output: Record<string, unknown> | null
  error: string | null
}

/** The columns of a DecisionRow, of `decisions` alone or joined under the name `d`. */
export const decisionColumns = (sql: postgres.ISql) => sql`
  d.decision_id, (extract(epoch from d.created_at) * 1000000)::float8 as created_at, d.latency_us, d.confidence,
  d.policy_id, d.policy_version, d.id_form, d.trace_key, d.trace_id, d.span_key, d.idempotency_key, d.action,
  d.reason_code, d.severity, d.message, d.policy_name, d.policy_hash, d.rule, d.judge, d.judge_model, d.rationale,
  d.degraded, d.skipped, d.signals,
  (select l.case_id from case_traces l where l.decision_id = d.decision_id) as case_id`

/** The columns of a JudgeRunRow; the table is named `r`. */
export const judgeRunColumns = (sql: postgres.ISql) => sql`
  r.judge_run_id, r.decision_id, (extract(epoch from r.created_at) * 1000000)::float8 as created_at, r.latency_us,
  r.cost_nano::float8 as cost_nano, r.input_tokens, r.output_tokens, r.confidence, r.cached, r.span_key, r.judge,
  r.provider, r.model, r.action, r.reason_code, r.output, r.error`

/** A span that the hub itself made: its id was a UUID, so its key says all. */
const ownSpanId = (key: string): string => (key.length === 32 ? dashed(key) : key)

function actionOf(text: string): Action {
  if (!isAction(text)) throw new Error('a decision holds an action that is none')
  return text
}

/** What the policy was called and stood at, in the MVP's form. */
export const versionOf = ({
  policy_id,
  policy_name,
  policy_version,
}: Pick<DecisionRow, 'policy_id' | 'policy_name' | 'policy_version'>): string =>
  `${policy_id ?? policy_name}:v${policy_version ?? 1}`

/** A stored decision as every answer shows it. */
export const rowToDecision = (row: DecisionRow, project_id: string): Decision => ({
  id: row.decision_id,
  project_id,
  trace_id: shownId(row.trace_key, row.id_form, row.trace_id),
  span_id: ownSpanId(row.span_key),
  action: actionOf(row.action),
  reason_code: row.reason_code,
  severity: row.severity,
  confidence: row.confidence,
  message: row.message,
  policy: { id: row.policy_id, name: row.policy_name, version: row.policy_version, hash: row.policy_hash },
  policy_version: versionOf(row),
  rule: row.rule,
  judge: row.judge,
  judge_model: row.judge_model,
  signals: row.signals,
  rationale: row.rationale,
  degraded: row.degraded.length > 0,
  degraded_reasons: row.degraded,
  judges_skipped: row.skipped,
  case_id: row.case_id,
  latency_us: row.latency_us,
  idempotency_key: row.idempotency_key,
  created_at: writeTime(row.created_at),
})

/** A stored call of a judge as every answer shows it; `trace_id` is that of its decision. */
export const rowToJudgeRun = (row: JudgeRunRow, project_id: string, trace_id: string): JudgeRun => ({
  id: row.judge_run_id,
  project_id,
  trace_id,
  decision_id: row.decision_id,
  span_id: ownSpanId(row.span_key),
  judge: row.judge,
  provider: row.provider,
  model: row.model,
  action: row.action === null ? null : actionOf(row.action),
  reason_code: row.reason_code,
  confidence: row.confidence,
  output: row.output,
  error: row.error,
  cached: row.cached,
  latency_us: row.latency_us,
  input_tokens: row.input_tokens,
  output_tokens: row.output_tokens,
  cost_usd: row.cost_nano === null ? null : row.cost_nano / 1e9,
  created_at: writeTime(row.created_at),
})
