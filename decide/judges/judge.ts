import type { Outcome } from '#shared/policy/actions.ts'
import type { Judge } from '#shared/policy/policy.ts'
import type { Signals } from '../signals/open-signals.ts'
import type { Said } from '../signals/reading.ts'

/** An evaluation as rules and judges see it. */
export type EvalFacts = {
  name: string
  score: number
  passed: boolean
  eval_model?: string | null
  label?: string | null
}

/** What came along with the texts: the payloads as sent, and what is known of the trace. */
export type Payload = {
  request: Readonly<Record<string, unknown>>
  response: Readonly<Record<string, unknown>>
  trace: Readonly<Record<string, unknown>>
  evals: readonly EvalFacts[]
}

/** What one judge is asked: its entry in the policy, and all that it may look at. */
export type Question = {
  readonly project_no: number
  readonly judge: Judge
  readonly said: Said
  readonly signals: Signals
  readonly payload: Payload
}

/** What a judge answered, checked: `outcome` is null for one that only scores. */
export type Verdict = {
  readonly output: Readonly<Record<string, unknown>>
  readonly outcome: Outcome | null
  readonly confidence: number | null
  readonly rationale: string | null
  readonly input_tokens: number | null
  readonly output_tokens: number | null
  readonly cost_nano: number | null
}

/** One call of a judge for one decision. Without `error` it has an output; with one it has none. */
export type JudgeRun = {
  judge: string
  provider: string
  model: string
  /** Milliseconds since 1970, fractions kept. */
  started_at: number
  ended_at: number
  output: Record<string, unknown> | null
  outcome: Outcome | null
  confidence: number | null
  rationale: string | null
  /** What failed: timeout, http_500, bad_json, …; null where nothing did. */
  error: string | null
  /** It was answered before, for the same texts: nobody was asked, and it cost nothing. */
  cached: boolean
  input_tokens: number | null
  output_tokens: number | null
  cost_nano: number | null
  on_error: Judge['on_error']
}

/** What a call used up, null where nobody knows. */
export type Paid = Pick<Verdict, 'input_tokens' | 'output_tokens' | 'cost_nano'>

export const NOTHING_PAID: Paid = { input_tokens: null, output_tokens: null, cost_nano: null }

/** A judge that gave no verdict, by what went wrong; an answer of no use may have cost something all the same. */
export class JudgeError extends Error {
  override readonly name = 'JudgeError'
  readonly code: string
  readonly paid: Paid

  constructor(code: string, paid: Paid = NOTHING_PAID) {
    super(code)
    this.code = code
    this.paid = paid
  }
}

/** One way of judging. `ask` throws a JudgeError, or whatever happens; it must end when `signal` says so. */
export type Provider = {
  /** Costs no time and no money: it is asked before the others, and nothing is remembered. */
  readonly is_free: boolean
  modelOf(judge: Judge): string
  /** All that the answer depends on, besides the judge itself. */
  material(question: Question): unknown
  ask(question: Question, signal: AbortSignal): Promise<Verdict> | Verdict
}
