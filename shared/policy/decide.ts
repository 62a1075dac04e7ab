import { strength, type Outcome } from './actions.ts'
import type { Policy, Rule } from './policy.ts'
import { isRecord, readPath, type Run } from './read-path.ts'
import { CLOSED, PENDING, settles, Unknown, type Truth } from './unknown.ts'

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
  readonly result: 'matched' | 'failed_closed' | 'not_matched' | 'pending'
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

/** An outcome, and the rule or the judge that it comes from; neither for the default. */
type Said = { readonly outcome: Outcome; readonly rule: string | null; readonly judge: string | null }

/** The stronger one; the first stands when they are equal. */
const stronger = (one: Said, other: Said): Said =>
  strength(other.outcome.action) > strength(one.outcome.action) ? other : one

/** What a rule says that hangs on judges which failed with this action or a stronger one. */
type Level = { readonly said: Said; readonly run: Run }

/**
 * Judges that failed with an action, strongest first: they have a verdict and no answer. A rule that would match if their
 * answers were the worst does not match, but nothing that comes after it says less than that action.
 */
function levelsOf({ values, closed, verdicts }: Facts, roots: Record<string, unknown>): Level[] {
  const answers = isRecord(values['judges']) ? values['judges'] : {}
  const failed = Object.entries(verdicts)
    .flatMap(([judge, outcome]) => (outcome ? [{ judge, outcome, rule: null }] : []))
    .filter(({ judge }) => !Object.hasOwn(answers, judge) && !closed.includes(`judges.${judge}`))
    .toSorted((one, other) => strength(other.outcome.action) - strength(one.outcome.action))
  return failed.map((said, at) => {
    const planted = { ...roots }
    plant(
      planted,
      failed.slice(0, at + 1).map(({ judge }) => `judges.${judge}`),
      CLOSED,
    )
    return { said, run: newRun(planted) }
  })
}

/** The strongest of the default and the verdicts; the default stands when they are equal. */
function fallback(policy: Policy, facts: Facts): Said & { open: string[] } {
  let said: Said = { outcome: policy.otherwise, rule: null, judge: null }
  const open: string[] = []
  for (const [name, verdict] of Object.entries(facts.verdicts)) {
    const only_scores = policy.judges.some((judge) => judge.name === name && !judge.returns_action)
    if (verdict === null) open.push(`judges.${name}`)
    else if (!only_scores) said = stronger(said, { outcome: verdict, rule: null, judge: name })
  }
  return { ...said, open }
}

const same = (one: Outcome, other: Outcome): boolean =>
  one.action === other.action &&
  one.reason_code === other.reason_code &&
  one.severity === other.severity &&
  one.message === other.message

/** What a rule comes to: it matches, the least it says by failed judges, and what else it may still come to. */
type Trial = { matches: boolean; least: Said | null; may: Outcome[]; asked: string[] }

function tryRule({ id, outcome, test }: Rule, run: Run, levels: readonly Level[]): Trial {
  const ask = (one: Run): Truth => {
    one.asked.length = 0
    one.steps = 0
    return test(one)
  }
  const truth = ask(run)
  const settled = settles(truth)
  const is_open = settled === null || (settled && truth !== true && truth !== CLOSED)
  const trial: Trial = {
    matches: truth === true,
    least: settled && truth !== true ? { outcome, rule: id, judge: null } : null,
    may: is_open ? [outcome] : [],
    asked: [...run.asked],
  }
  if (settled) return trial
  for (const level of levels) {
    const hangs = settles(ask(level.run))
    if (hangs === true) return { ...trial, least: level.said }
    if (hangs === null) {
      trial.may.push(level.said.outcome)
      trial.asked.push(...level.run.asked)
    }
  }
  return trial
}

/**
 * Runs the rules over what is known; the first that matches decides. One that counts as matched only because its judge
 * failed closed does not hide stronger rules behind it. Anything pending that can change nothing more is not asked for.
 */
export function decide(policy: Policy, facts: Facts): Step {
  const roots = rootsOf(facts)
  const run = newRun(roots)
  const levels = levelsOf(facts, roots)
  const unsettled: Trial[] = []
  let match: Rule | null = null
  let raised: Said | null = null
  for (const rule of policy.rules) {
    const trial = tryRule(rule, run, levels)
    if (trial.least) raised = raised ? stronger(raised, trial.least) : trial.least
    if (trial.may.length > 0) unsettled.push(trial)
    if (trial.matches) {
      match = rule
      break
    }
  }
  const rest = match
    ? { outcome: match.outcome, rule: match.id, judge: null, open: [] }
    : fallback(policy, facts)
  const said = raised ? stronger(rest, raised) : rest
  const open = said.outcome.action === 'BLOCK' ? [] : rest.open
  const blocking =
    open.length > 0
      ? unsettled
      : unsettled.filter(({ may }) => may.some((outcome) => !same(outcome, said.outcome)))
  const needs = new Set([...open, ...blocking.flatMap(({ asked }) => asked.map(twoNames))])
  if (needs.size > 0) return { done: false, needs: [...needs] }
  const skipped = [
    ...facts.pending,
    ...Object.keys(facts.verdicts)
      .filter((name) => facts.verdicts[name] === null)
      .map((name) => `judges.${name}`),
  ]
  const { outcome, rule, judge } = said
  return { done: true, outcome, rule, judge, skipped }
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
    const truth = rule.test(run)
    const settled = settles(truth)
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
    const matched = truth === true ? 'matched' : 'failed_closed'
    const result = settled === null ? 'pending' : settled ? matched : 'not_matched'
    return { id: rule.id, result, conditions, mismatches: run.mismatches }
  })
}
