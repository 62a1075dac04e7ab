import { encode } from './encode.ts'
import { label, wired } from './said.ts'

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
    ...wired(said, 'spanId', 'score', 'passed', 'metadata', 'userReviewPassed'),
    trace_id,
    eval_name: label(said.evalName),
    eval_model: label(said.evalModel),
    label: said.label === undefined ? undefined : label(said.label),
    explanation: said.explanation?.slice(0, 10_000),
    idempotency_key: said.idempotencyKey ?? crypto.randomUUID(),
  })
