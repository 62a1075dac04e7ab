import type { Explanation } from '#shared/contract/decide.ts'
import { decide, explain, type Facts } from '#shared/policy/decide.ts'
import type { Policy } from '#shared/policy/policy.ts'
import { CATALOGUE } from '../signals/catalogue.ts'
import { openSignals } from '../signals/open-signals.ts'
import type { Places } from './evidence.ts'

/** What a decision was made of and by, fresh or read back. */
export type Explaining = { policy: Policy; facts: Facts; found: Places; timings_us: Record<string, number> }

const NOT_REACHED = 'not_reached'
/** What ends the rules: a match, or a judge that failed and fails closed. */
const LABEL = /^[\p{L}\p{N}_.:/+ -]{0,64}$/u
const BUILT_IN = new Set(CATALOGUE.map(({ name }) => groupOf(name)))

function groupOf(name: string): string {
  return name.split('.')[0] ?? name
}

/** Whether a short text may stand in an explanation: one that reads like a label, in which no signal finds anything. */
function isHarmless(text: string): boolean {
  if (!LABEL.test(text)) return false
  const said = { input: text, output: text, contexts: [], latency_ms: null, cost_usd: null, evals: [] }
  const signals = openSignals(said, { pii: { in: 'both' }, secrets: { in: 'both' } })
  return ['pii.count', 'secrets.count'].every((name) => !signals.read(name)?.value)
}

/** What a policy's own pattern has found could be any text at all, so then no text is shown. */
const patternFound = (found: Places): boolean =>
  Object.entries(found).some(([name, places]) => places.length > 0 && !BUILT_IN.has(groupOf(name)))

function harmless(values: Record<string, unknown>, hides_texts: boolean): Record<string, unknown> {
  const entries = Object.entries(values).map(([name, value]): [string, unknown] => {
    if (typeof value !== 'string') return [name, value]
    return [name, !hides_texts && isHarmless(value) ? value : { characters: value.length }]
  })
  return Object.fromEntries(entries)
}

/** Whether the rule that matches is not the one that decided: a judge that failed says more by its `on_error`. */
function isOverruled(policy: Policy, facts: Facts, matched: string | undefined): boolean {
  const step = decide(policy, facts)
  return step.done && step.rule !== matched
}

/**
 * Why a decision is what it is, rule by rule, from what it was made of. Rules after the one that matched were not
 * reached; texts that were searched, or in which something was found, are shown by their size.
 */
export function explainDecision({ policy, facts, found, timings_us }: Explaining): Explanation {
  const explained = explain(policy, facts)
  const matched = explained.findIndex(({ result }) => result === 'matched')
  const reached = matched === -1 ? explained.length : matched + 1
  const hides_texts = patternFound(found)
  const overruled = matched !== -1 && isOverruled(policy, facts, explained[matched]?.id)
  const rules = explained.map(({ id, result, conditions, mismatches }, at) =>
    at < reached
      ? {
          id,
          result: at === matched && overruled ? 'overruled' : result,
          conditions: conditions.map((one) => ({ ...one, values: harmless(one.values, hides_texts) })),
          mismatches: [...mismatches],
        }
      : {
          id,
          result: NOT_REACHED,
          conditions: conditions.map(({ text }) => ({ text, result: NOT_REACHED, values: {} })),
          mismatches: [],
        },
  )
  return { rules, found, timings_us }
}
