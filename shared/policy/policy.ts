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

/** A rule that can be run. `always` says that it has no condition at all. */
export type Rule = {
  readonly id: string
  readonly at: number
  readonly priority: number
  readonly outcome: Outcome
  readonly always: boolean
  readonly text: string
  readonly parts: readonly Part[]
  readonly test: (run: Run) => Truth
}

/** A judge of the policy; `spec` is its entry as sent, for whoever calls it. */
export type Judge = {
  readonly name: string
  readonly timeout_ms: number
  readonly on_error: 'open' | 'closed' | Action
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
  readonly rules: readonly Rule[]
  readonly judges: readonly Judge[]
  readonly signals: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly otherwise: Outcome
  readonly deadline_ms: number
  readonly tests: readonly PolicyTest[]
}
