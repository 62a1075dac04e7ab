import { encode } from './encode.ts'
import { label } from './said.ts'

/** A score or verdict on a trace or a span. */
export type EvalSaid = {
  evalName: string
  /** What evaluated: a model, or the name of a rule or a person. */
  evalModel: string
  score: number
  passed: boolean
  traceId?: string | undefined
  spanId?: string | undefined
  label?: string | undefined
  explanation?: string | undefined
  metadata?: Record<string, unknown> | undefined
  userReviewPassed?: boolean | undefined
  /** Default a new one, which is the same for every try to send it. */
  idempotencyKey?: string | undefined
}

/** The JSON of an evaluation's request; its key is settled here, so that a retry is no second evaluation. */
export const evalBody = (said: EvalSaid, trace_id: string | undefined): string =>
  encode({
    trace_id,
    span_id: said.spanId,
    eval_name: label(said.evalName),
    eval_model: label(said.evalModel),
    score: said.score,
    passed: said.passed,
    label: said.label === undefined ? undefined : label(said.label),
    explanation: said.explanation?.slice(0, 10_000),
    metadata: said.metadata,
    user_review_passed: said.userReviewPassed,
    idempotency_key: said.idempotencyKey ?? crypto.randomUUID(),
  })
