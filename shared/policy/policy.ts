import type { Action, Outcome } from './actions.ts'
import type { Run } from './read-path.ts'
import type { Truth } from './unknown.ts'

/** One part of a condition, for the explanation; `searches` keeps the text that was looked through out of it. */
export type Part = {
  readonly text: string
  readonly paths: readonly (readonly string[])[]
  readonly searches: boolean
  readonly test: (run: Run) => Truth
}

/** What a rule says of the case that it opens; null where the project's settings stand. */
export type CaseSpec = {
  readonly group_by: readonly string[]
  readonly ack_seconds: number | null
  readonly resolve_seconds: number | null
  readonly assignee: string | null
}

/** A rule that can be run. `always` says that it has no condition at all. */
export type Rule = {
  readonly id: string
  readonly at: number
  readonly priority: number
  readonly outcome: Outcome
  /** Null where it says nothing of a case; ESCALATE opens one all the same. */
  readonly opens: CaseSpec | null
  readonly always: boolean
  readonly text: string
  readonly parts: readonly Part[]
  readonly test: (run: Run) => Truth
}

/** What a judge is: a model behind an OpenAI-compatible endpoint, one with the protocol of the MVP, or our own words. */
export const JUDGE_KINDS = ['llm', 'http', 'heuristic'] as const
export type JudgeKind = (typeof JUDGE_KINDS)[number]

/** What a field of a judge's answer may be; `action` is one of the five, and makes the judge one that returns one. */
export type ReturnType = 'number' | 'string' | 'bool' | 'action'

/** A judge of the policy; `spec` is its entry as sent, for whoever calls it. */
export type Judge = {
  readonly name: string
  readonly use: JudgeKind
  readonly model: string | null
  readonly endpoint: string | null
  readonly prompt: string | null
  readonly timeout_ms: number
  /** The share of decisions that it runs for, 0 to 1. */
  readonly sample: number
  /** How long its answer may be used again; null for never. */
  readonly cache_ms: number | null
  readonly usd_per_day: number | null
  readonly on_error: 'open' | 'closed' | Action
  readonly returns: Readonly<Record<string, ReturnType>>
  readonly returns_action: boolean
  readonly spec: Readonly<Record<string, unknown>>
}

/** An example that stands in the document: what is given, and what must come out. */
export type PolicyTest = {
  readonly name: string
  readonly given: Readonly<Record<string, unknown>>
  readonly expect: { readonly action: Action | null; readonly rule: string | null }
}

/** A policy that can be run, whichever of the two forms it was written in. */
export type Policy = {
  readonly hash: string
  /** Written in the second form; a document of the MVP implies judges that it does not name. */
  readonly is_v2: boolean
  readonly rules: readonly Rule[]
  readonly judges: readonly Judge[]
  readonly signals: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly otherwise: Outcome
  readonly deadline_ms: number
  readonly tests: readonly PolicyTest[]
}
