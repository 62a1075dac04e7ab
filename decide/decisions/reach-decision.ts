import type { Outcome } from '#shared/policy/actions.ts'
import { decide, type Facts, type Step } from '#shared/policy/decide.ts'
import { judgeFailed } from '#shared/policy/judge-failed.ts'
import type { Judge } from '#shared/policy/policy.ts'
import { isRecord } from '#shared/policy/read-path.ts'
import type { JudgeRun, Payload } from '../judges/judge.ts'
import type { Judges } from '../judges/open-judges.ts'
import type { InForce } from '../policies/policy-book.ts'
import type { Said } from '../signals/reading.ts'
import type { Found } from '../signals/text.ts'
import { prune, readKnown, type Known } from './facts.ts'

/** What is decided on, by what, and until when (milliseconds since 1970). */
export type Asked = {
  in_force: InForce
  project_no: number
  said: Said
  payload: Payload
  deadline_at: number
}

/** A decision, with all that explains it and lets it be decided again. */
export type Reached = {
  outcome: Outcome
  rule: string | null
  judge: string | null
  skipped: string[]
  degraded: string[]
  facts: Facts
  signals: Record<string, unknown>
  found: Record<string, Found[]>
  timings_us: Record<string, number>
  runs: JudgeRun[]
  confidence: number
  judge_model: string
  rationale: string
}

/** What deciding needs; `openJudges(deps)` makes the judges of a process. */
export type Tools = { judges: Judges }

type Done = Extract<Step, { done: true }>

/** What the judges have said so far, as facts. */
type Heard = {
  answers: Record<string, unknown>
  pending: Set<string>
  closed: string[]
  verdicts: Map<string, Outcome | null>
}

const RULES = 'rules'

function factsOf(
  { policy }: InForce,
  { values }: Known,
  { answers, pending, closed, verdicts }: Heard,
): Facts {
  const { judges } = prune(policy, { judges: answers })
  return {
    values: judges === undefined ? values : { ...values, judges },
    pending: [...pending].map((name) => `judges.${name}`),
    closed,
    verdicts: Object.fromEntries(verdicts),
  }
}

function hear(heard: Heard, judge: Judge, { output, outcome, error }: JudgeRun): void {
  heard.pending.delete(judge.name)
  // A verdict keeps the place of its judge: of equally strong ones the first in the document counts.
  if (outcome) heard.verdicts.set(judge.name, outcome)
  else heard.verdicts.delete(judge.name)
  if (error === null) {
    heard.answers[judge.name] = output
    return
  }
  const { closed, verdicts } = judgeFailed(judge)
  heard.closed.push(...closed)
  for (const [name, verdict] of Object.entries(verdicts)) heard.verdicts.set(name, verdict)
}

/** Asks what is needed, free judges first, and goes on with each answer as it comes. */
async function settle({ judges }: Tools, asked: Asked, known: Known) {
  const { in_force, project_no, said, payload, deadline_at } = asked
  const bench = judges.of(in_force)
  const heard: Heard = { answers: {}, pending: new Set(), closed: [], verdicts: new Map() }
  const runs: JudgeRun[] = []
  const left_out: string[] = []
  const under_way = new Map<string, Promise<{ judge: Judge; run: JudgeRun }>>()
  const questionOf = (judge: Judge) => ({ project_no, judge, said, signals: known.signals, payload })
  const ask = async (judge: Judge) => ({ judge, run: await judges.ask(questionOf(judge), deadline_at) })

  for (const judge of bench) {
    if (judges.isSampled(questionOf(judge))) {
      heard.pending.add(judge.name)
      if (judge.returns_action) heard.verdicts.set(judge.name, null)
    } else left_out.push(judge.name)
  }
  // The keywords of the MVP always speak in its documents, as ever; they cost nothing.
  const always = bench.filter((judge) => judges.isFree(judge) && !in_force.policy.judges.includes(judge))
  for (const judge of always) {
    const { run } = await ask(judge)
    runs.push(run)
    hear(heard, judge, run)
  }
  for (;;) {
    const facts = factsOf(in_force, known, heard)
    const step = decide(in_force.policy, facts)
    if (step.done) return { step, facts, runs, left_out }
    const needed = bench.filter(
      ({ name }) => step.needs.includes(`judges.${name}`) && heard.pending.has(name) && !under_way.has(name),
    )
    const free = needed.filter(judges.isFree)
    for (const judge of free.length > 0 ? free : needed) under_way.set(judge.name, ask(judge))
    if (under_way.size === 0) throw new Error(`nobody can answer ${step.needs.join()}`)
    const { judge, run } = await Promise.race(under_way.values())
    under_way.delete(judge.name)
    runs.push(run)
    hear(heard, judge, run)
  }
}

/** Whose words stand beside the outcome: the judge's that decided, else those of the first that answered. */
function speaker(runs: readonly JudgeRun[], { judge }: Done): JudgeRun | null {
  return runs.find((run) => run.judge === judge) ?? runs.find(({ error }) => error === null) ?? null
}

function rationaleOf({ rule, judge, outcome }: Done, run: JudgeRun | null): string {
  if (rule !== null) return `The rule "${rule}" matched`
  if (judge !== null && run?.error)
    return `The judge "${judge}" failed (${run.error}), and its on_error says ${outcome.action}`
  return run?.rationale ?? 'No rule matched'
}

/** The signals of judges stand under their own names: none replaces what was computed here, or what another judge said. */
function judgeSignals(runs: readonly JudgeRun[]): Record<string, unknown> {
  const named = runs.flatMap(({ judge, provider, output }) => {
    const said = provider === 'http' ? output?.['signals'] : null
    return isRecord(said)
      ? Object.entries(said).map(([name, value]): [string, unknown] => [`judges.${judge}.${name}`, value])
      : []
  })
  return Object.fromEntries(named)
}

/** Decides: what is known, then the judges that may still change something, in parallel, until nothing can. */
export async function reachDecision(tools: Tools, asked: Asked): Promise<Reached> {
  const { in_force, said, payload } = asked
  const known = readKnown(in_force.policy, said, payload)
  const began = performance.now()
  const { step, facts, runs, left_out } = await settle(tools, asked, known)
  const took = performance.now() - began
  const waited = runs.reduce((sum, { started_at, ended_at }) => Math.max(sum, ended_at - started_at), 0)
  const words = speaker(runs, step)
  return {
    outcome: step.outcome,
    rule: step.rule,
    judge: step.judge,
    skipped: [...step.skipped.map((path) => path.replace(/^judges\./, '')), ...left_out].filter(
      (name, at, all) => all.indexOf(name) === at,
    ),
    degraded: [
      ...(in_force.broken.length > 0 ? ['policy_broken'] : []),
      ...runs.flatMap(({ judge, error }) => (error === null ? [] : [`judge_${judge}_${error}`])),
    ],
    facts,
    signals: { ...judgeSignals(runs), ...known.shown },
    found: known.found,
    timings_us: {
      ...known.timings_us,
      ...Object.fromEntries(
        runs.map((run) => [`judges.${run.judge}`, Math.round((run.ended_at - run.started_at) * 1000)]),
      ),
      rules: Math.max(0, Math.round((took - waited) * 1000)),
    },
    runs,
    confidence: words?.confidence ?? 1,
    judge_model: words ? (words.provider === 'heuristic' ? words.provider : words.model) : RULES,
    rationale: rationaleOf(step, words),
  }
}
