import { pathsReadBy } from '#shared/policy/paths-read-by.ts'
import { isRecord } from '#shared/policy/read-path.ts'
import type { Policy } from '#shared/policy/policy.ts'
import type { Payload } from '../judges/judge.ts'
import { nestSignals, signalsReadBy } from '../policies/catalogue.ts'
import { ownSignalsOf } from '../policies/own-signals.ts'
import { openSignals, type Signals } from '../signals/open-signals.ts'
import type { Said } from '../signals/reading.ts'
import type { Found } from '../signals/text.ts'

type Values = Record<string, unknown>
/** What is read below a name: all of it, or only what has a name in turn. */
type Wanted = { whole: boolean; below: Map<string, Wanted> }

/** What the MVP always said, whatever the rules read. */
const ALWAYS = ['pii.mentioned', 'financial_risk', 'hallucination_risk']

function wantedBy(policy: Policy): Wanted {
  const root: Wanted = { whole: false, below: new Map() }
  for (const path of pathsReadBy(policy)) {
    let at = root
    for (const name of path) {
      const next: Wanted = at.below.get(name) ?? { whole: false, below: new Map() }
      at.below.set(name, next)
      at = next
    }
    at.whole = true
  }
  return root
}

/** What reading the wanted paths needs of a value, no more: it is stored, and read again for a replay. */
function pruned(value: unknown, { whole, below }: Wanted): unknown {
  if (whole || !isRecord(value)) return value
  const kept: Values = {}
  for (const [name, wanted] of below) {
    if (!Object.hasOwn(value, name)) continue
    const member = value[name]
    if (wanted.whole || isRecord(member)) kept[name] = pruned(member, wanted)
  }
  return kept
}

type Plan = { wanted: Wanted; signals: readonly string[] }
const plans = new WeakMap<Policy, Plan>()

/** What a policy reads, worked out once. */
function planOf(policy: Policy): Plan {
  const known = plans.get(policy)
  if (known) return known
  const plan = { wanted: wantedBy(policy), signals: signalsReadBy(policy) }
  plans.set(policy, plan)
  return plan
}

/** Of a policy's values those that its rules read, as they are stored. */
export const prune = (policy: Policy, values: Values): Values => {
  const kept = pruned(values, planOf(policy).wanted)
  return isRecord(kept) ? kept : {}
}

function evalValues({ evals }: Payload): Values {
  const scores = evals.map(({ score }) => score)
  const faithfulness = evals.findLast(({ name }) => name === 'faithfulness')?.score
  return {
    ...(scores.length === 0
      ? {}
      : { overall_score: scores.reduce((sum, score) => sum + score, 0) / scores.length }),
    ...(faithfulness === undefined ? {} : { faithfulness_score: faithfulness }),
    ...Object.fromEntries(
      evals.map(({ name, score, passed, eval_model = null, label = null }): [string, Values] => [
        name,
        { score, passed, eval_model, label },
      ]),
    ),
  }
}

/** What is known before any judge is asked. */
export type Known = {
  /** Everything but `judges`, pruned to what the rules read. */
  values: Values
  signals: Signals
  /** Each signal that was computed, by its name, as an answer shows them. */
  shown: Values
  found: Record<string, Found[]>
  timings_us: Record<string, number>
}

function shownOf(signals: Signals): Values {
  const shown: Values = {}
  for (const name of signals.computed()) {
    const value = signals.read(name)?.value ?? null
    if (value !== null) shown[name] = value
  }
  const { 'pii.mentioned': mentioned, 'pii.count': count } = shown
  return { ...shown, pii: mentioned === true || (typeof count === 'number' && count > 0) }
}

/** Computes the signals that a policy reads, and puts together all that its rules may ask. */
export function readKnown(policy: Policy, said: Said, payload: Payload): Known {
  const { wanted, signals: names } = planOf(policy)
  const { settings, own } = ownSignalsOf(policy)
  const signals = openSignals(said, settings, own)
  const timings_us: Record<string, number> = {}
  for (const name of new Set([...names, ...ALWAYS])) {
    const began = performance.now()
    signals.read(name)
    timings_us[`signals.${name}`] = Math.round((performance.now() - began) * 1000)
  }
  const { request, response, trace } = payload
  const roots: Values = {
    signals: nestSignals(signals, names),
    evals: evalValues(payload),
    request,
    response,
    trace,
    safety: request['safety'] ?? {},
  }
  const kept = pruned(roots, wanted)
  const found = Object.fromEntries(
    signals
      .computed()
      .map((name): [string, Found[]] => [name, signals.find(name)])
      .filter(([, places]) => places.length > 0),
  )
  return { values: isRecord(kept) ? kept : {}, signals, shown: shownOf(signals), found, timings_us }
}
