import type { DecideBody, InlineTrace } from '#shared/contract/decide.ts'
import { dashed, shownId } from '#shared/ids.ts'
import { maskFree, type Rules } from '#shared/masking/mask-document.ts'
import { cleanJson } from '#shared/protocol/clean.ts'
import type { IdRef } from '#shared/protocol/saying.ts'
import { versionOf } from '#shared/schema/decision-row.ts'
import { DECISION } from '#shared/schema/span-types.ts'
import type { Job, Snapshot } from '#shared/store/lane/job.ts'
import { writeTime } from '#shared/time.ts'
import { planCase, type CasePlan } from '../cases/plan-case.ts'
import type { JudgeRun } from '../judges/judge.ts'
import type { InForce } from '../policies/policy-book.ts'
import type { DecidedRow, DecidedRun } from './decided-row.ts'
import { writeEvidence } from './evidence.ts'
import type { Reached } from './reach-decision.ts'
import { toJob } from './to-job.ts'

/** What was decided, by what, on what, and when; times in milliseconds since 1970. */
export type Made = {
  project_no: number
  body: DecideBody
  request_digest: Uint8Array
  trace: IdRef
  /** Set when the decision came with its trace; the texts are what was said, as texts. */
  inline: { trace: InlineTrace; input: string | null; output: string | null } | null
  in_force: InForce
  reached: Reached
  started_at: number
  ended_at: number
  latency_us: number
}

/** Hides what the project hides, and makes it what a row can hold; null stays null. */
export const kept = <T>(rules: Rules | null, value: T): T =>
  // Neither changes what is an object, a list or null into anything else.
  cleanJson(rules ? maskFree(rules, value) : value) as T

/** What the record takes for the name of a model. */
const LONGEST_LABEL = 255

const micros = (ms: number): number => Math.round(ms * 1000)
const newSpanKey = (): string => crypto.randomUUID().replaceAll('-', '')

function toRun(decision_id: string, run: JudgeRun, rules: Rules | null): DecidedRun {
  const started_at = micros(run.started_at)
  const ended_at = Math.max(started_at, micros(run.ended_at))
  const { judge, provider, model, confidence, cached, input_tokens, output_tokens, cost_nano } = run
  return {
    ...{ judge, provider, model, confidence, cached, input_tokens, output_tokens, cost_nano },
    judge_run_id: Bun.randomUUIDv7(),
    decision_id,
    created_at: ended_at,
    started_at,
    latency_us: ended_at - started_at,
    span_key: newSpanKey(),
    action: run.outcome?.action ?? null,
    reason_code: run.outcome ? kept(rules, run.outcome.reason_code) : null,
    output: kept(rules, run.output),
    error: run.error,
  }
}

/** What the case is told by stays as it is, or two cases would be one; what is shown of it is masked. */
function planOf({ project_no, in_force, reached }: Made, rules: Rules | null): CasePlan | null {
  const { policy, policy_id, name } = in_force
  const { outcome, rule, facts } = reached
  const plan = planCase(policy, facts, { ...outcome, project_no, policy_id, policy_name: name, rule })
  return plan && { ...plan, grouping: kept(rules, plan.grouping) }
}

/** The row of a decision; texts that a judge or the caller gave are masked as the project wants it. */
export function toRow(made: Made, rules: Rules | null): DecidedRow {
  const { reached, in_force, trace, body } = made
  const { outcome } = reached
  const decision_id = Bun.randomUUIDv7()
  return {
    project_no: made.project_no,
    decision_id,
    created_at: Math.floor(made.ended_at) * 1000,
    latency_us: made.latency_us,
    confidence: reached.confidence,
    policy_id: in_force.policy_id,
    policy_version: in_force.version,
    policy_name: kept(null, in_force.name),
    policy_hash: in_force.hash,
    id_form: trace.form,
    trace_key: trace.key,
    trace_id: trace.text,
    span_key: newSpanKey(),
    idempotency_key: body.idempotency_key,
    request_digest: made.request_digest,
    action: outcome.action,
    reason_code: kept(rules, outcome.reason_code),
    severity: kept(null, outcome.severity),
    message: kept(rules, outcome.message),
    rule: kept(null, reached.rule),
    judge: reached.judge,
    judge_model: kept(null, reached.judge_model),
    rationale: kept(rules, reached.rationale),
    degraded: reached.degraded,
    skipped: reached.skipped,
    signals: kept(rules, reached.signals),
    timings: reached.timings_us,
    evidence: writeEvidence(reached.facts, reached.found, (value) => kept(rules, value)),
    runs: reached.runs.map((run) => toRun(decision_id, run, rules)),
    case_plan: planOf(made, rules),
    case_id: null,
  }
}

/** What of the request stands nowhere else, so that a person can see what was decided on. */
function inputOf({ body, inline }: Made): Record<string, unknown> | undefined {
  const { input, output, contexts, request_payload, response_payload } = body
  const texts = inline ? {} : { input, output }
  const members = Object.entries({ ...texts, contexts, request_payload, response_payload })
  const given = members.filter(([, value]) => value !== undefined && value !== null)
  return given.length > 0 ? Object.fromEntries(given) : undefined
}

function decisionSpan(made: Made, row: DecidedRow, trace_id: string) {
  const { action, reason_code, severity, confidence, message, rule, judge, rationale, signals } = row
  const version = row.policy_version === null ? {} : { policy_version: row.policy_version }
  return {
    span_id: dashed(row.span_key),
    trace_id,
    name: 'Decision',
    span_type: DECISION,
    status: 'success',
    start_time: writeTime(micros(made.started_at)),
    end_time: writeTime(Math.max(micros(made.started_at), micros(made.ended_at))),
    input: inputOf(made),
    output: { action, reason_code, severity, ...(message === null ? {} : { message }) },
    attributes: {
      ...{ decision_id: row.decision_id, confidence, rule, judge, rationale, signals },
      ...{ policy: row.policy_name, policy_hash: row.policy_hash, ...version },
      ...{ degraded: row.degraded, judges_skipped: row.skipped },
    },
    idempotency_key: `decision:${row.decision_id}`,
  }
}

export function judgeSpan(
  row: Pick<DecidedRow, 'decision_id' | 'span_key'>,
  run: DecidedRun,
  trace_id: string,
) {
  return {
    span_id: dashed(run.span_key),
    parent_span_id: dashed(row.span_key),
    trace_id,
    name: run.judge,
    span_type: 'judge',
    status: run.error === null ? 'success' : 'error',
    start_time: writeTime(run.started_at),
    end_time: writeTime(run.started_at + run.latency_us),
    error: run.error,
    model: run.model.slice(0, LONGEST_LABEL),
    provider: run.provider.slice(0, LONGEST_LABEL),
    input_tokens: run.input_tokens,
    output_tokens: run.output_tokens,
    cost_usd: run.cost_nano === null ? null : run.cost_nano / 1e9,
    output: run.output ?? undefined,
    attributes: {
      decision_id: row.decision_id,
      ...{ action: run.action, reason_code: run.reason_code, confidence: run.confidence, cached: run.cached },
    },
    idempotency_key: `judge:${run.judge_run_id}`,
  }
}

function headerOf({ inline, started_at }: Made, trace_id: string) {
  if (!inline) return undefined
  const { trace_id: _id, ...trace } = inline.trace
  const texts = { input_text: inline.input, output_text: inline.output }
  return { ...trace, trace_id, start_time: writeTime(micros(started_at)), ...texts }
}

/** What the row of the trace keeps of its last decision. */
const snapshotOf = (row: DecidedRow): Snapshot => ({
  action: row.action,
  reason_code: row.reason_code,
  severity: row.severity,
  confidence: row.confidence,
  policy_version: versionOf(row),
  judge_model: row.judge_model,
  rule: row.rule,
  degraded: row.degraded.length > 0,
  decision_id: row.decision_id,
  at: writeTime(row.created_at),
})

/** What the record is told of a decision: its spans, and the trace when it came along, as one document of the log. */
export function jobOf(made: Made, row: DecidedRow, rules: Rules | null): Job {
  const trace_id = shownId(row.trace_key, row.id_form, row.trace_id)
  const written = {
    trace_id,
    trace: headerOf(made, trace_id),
    spans: [decisionSpan(made, row, trace_id), ...row.runs.map((run) => judgeSpan(row, run, trace_id))],
  }
  return {
    ...toJob(made.project_no, written, rules),
    decided: { trace: made.trace, snapshot: snapshotOf(row) },
  }
}
