import { strength, type Outcome } from './actions.ts'
import type { Policy, Rule } from './policy.ts'
import { isRecord, readPath, type Run } from './read-path.ts'
import { CLOSED, PENDING, settles, Unknown } from './unknown.ts'

/**
 * What a decision is made of, as plain JSON, so that it can be stored and replayed. `pending` and `closed` are
 * paths of two names (`judges.faithful`); a verdict of null is a judge that returns an action and has not run.
 */
export type Facts = {
  readonly values: Readonly<Record<string, unknown>>
  readonly pending: readonly string[]
  readonly closed: readonly string[]
  readonly verdicts: Readonly<Record<string, Outcome | null>>
}

type Explained = {
  readonly id: string
  readonly result: 'matched' | 'not_matched' | 'pending'
  readonly conditions: readonly { text: string; result: string; values: Record<string, unknown> }[]
  readonly mismatches: readonly string[]
}

/** A decision, or what it still needs: paths of judges and signals, and judges whose action may still count. */
export type Step =
  | { done: true; outcome: Outcome; rule: string | null; judge: string | null; skipped: string[] }
  | { done: false; needs: string[] }

function plant(values: Record<string, unknown>, paths: readonly string[], mark: Unknown): void {
  for (const path of paths) {
    const [root = '', name = ''] = path.split('.')
    const holder = values[root]
    values[root] = { ...(isRecord(holder) ? holder : {}), [name]: mark }
  }
}

function rootsOf(facts: Facts): Record<string, unknown> {
  if (facts.pending.length === 0 && facts.closed.length === 0) return facts.values
  const values = { ...facts.values }
  plant(values, facts.pending, PENDING)
  plant(values, facts.closed, CLOSED)
  return values
}

const newRun = (roots: Record<string, unknown>): Run => ({
  roots,
  asked: [],
  mismatches: [],
  locals: [],
  steps: 0,
})

/** The strongest of the default and the verdicts; the default stands when they are equal. */
function fallback(policy: Policy, facts: Facts): { outcome: Outcome; judge: string | null; open: string[] } {
  let outcome = policy.otherwise
  let judge: string | null = null
  const open: string[] = []
  for (const [name, verdict] of Object.entries(facts.verdicts)) {
    if (verdict === null) open.push(`judges.${name}`)
    else if (strength(verdict.action) > strength(outcome.action)) {
      outcome = verdict
      judge = name
    }
  }
  return { outcome, judge, open: outcome.action === 'BLOCK' ? [] : open }
}

const same = (one: Outcome, other: Outcome): boolean =>
  one.action === other.action &&
  one.reason_code === other.reason_code &&
  one.severity === other.severity &&
  one.message === other.message

/** Runs the rules over what is known. Anything pending that can no longer change the outcome is not asked for. */
export function decide(policy: Policy, facts: Facts): Step {
  const run = newRun(rootsOf(facts))
  const unsettled: { rule: Rule; asked: string[] }[] = []
  let match: Rule | null = null
  for (const rule of policy.rules) {
    run.asked.length = 0
    run.steps = 0
    const settled = settles(rule.test(run))
    if (settled === null) unsettled.push({ rule, asked: [...run.asked] })
    if (settled === true) {
      match = rule
      break
    }
  }
  const rest = match ? { outcome: match.outcome, judge: null, open: [] } : fallback(policy, facts)
  const blocking =
    rest.open.length > 0 ? unsettled : unsettled.filter(({ rule }) => !same(rule.outcome, rest.outcome))
  const needs = new Set([...rest.open, ...blocking.flatMap(({ asked }) => asked.map(twoNames))])
  if (needs.size > 0) return { done: false, needs: [...needs] }
  const skipped = [
    ...facts.pending,
    ...Object.keys(facts.verdicts)
      .filter((name) => facts.verdicts[name] === null)
      .map((name) => `judges.${name}`),
  ]
  return { done: true, outcome: rest.outcome, rule: match?.id ?? null, judge: rest.judge, skipped }
}

const twoNames = (path: string): string => path.split('.').slice(0, 2).join('.')

/** A value as an explanation shows it: text only by its size, and what is not known by its name. */
function shown(value: unknown, searched: boolean): unknown {
  if (value === PENDING) return { unknown: 'pending' }
  if (value === CLOSED) return { unknown: 'failed_closed' }
  if (value instanceof Unknown) return { unknown: 'missing' }
  if (typeof value === 'string') return searched || value.length > 64 ? { characters: value.length } : value
  if (Array.isArray(value)) return { items: value.length }
  return isRecord(value) ? { fields: Object.keys(value).length } : value
}

/** Every rule with what each of its conditions read and said, from the same facts as the decision. */
export function explain(policy: Policy, facts: Facts): Explained[] {
  const roots = rootsOf(facts)
  const word = (settled: boolean | null, yes: string, no: string) =>
    settled === null ? 'pending' : settled ? yes : no
  return policy.rules.map((rule) => {
    const run = newRun(roots)
    const settled = settles(rule.test(run))
    const conditions = rule.parts.map(({ text, paths, searches, test }) => {
      const values = paths.map((path): [string, unknown] => [
        path.join('.'),
        shown(readPath(newRun(roots), path), searches),
      ])
      return {
        text,
        result: word(settles(test(newRun(roots))), 'true', 'false'),
        values: Object.fromEntries<unknown>(values),
      }
    })
    const result = settled === null ? 'pending' : settled ? 'matched' : 'not_matched'
    return { id: rule.id, result, conditions, mismatches: run.mismatches }
  })
}
