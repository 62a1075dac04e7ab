import { outbound, type Outbound } from '#shared/http/outbound.ts'
import type { Judge, JudgeKind } from '#shared/policy/policy.ts'
import { catalogue, type Price } from '#shared/price.ts'
import type { Deps } from '#shared/service.ts'
import type { InForce } from '../policies/policy-book.ts'
import { openBudget } from './budget.ts'
import { caller, codeOf, type Answer } from './call-judge.ts'
import { callKey, isSampled } from './call-memory.ts'
import { heuristic } from './heuristic.ts'
import { httpJudge } from './http.ts'
import { impliedJudges } from './implied.ts'
import { JudgeError, NOTHING_PAID, type JudgeRun, type Provider, type Question } from './judge.ts'
import { llmJudge } from './llm.ts'

/** The judges of one process, with what they share: memories and limits. */
export type Judges = {
  /** Those that a policy asks: its own, and those that documents of the MVP imply. */
  of(in_force: InForce): readonly Judge[]
  isFree(judge: Judge): boolean
  /** Whether these texts fall into the judge's sample. */
  isSampled(question: Question): boolean
  /** Asks one judge, until a time (milliseconds since 1970). Never throws: what goes wrong is the `error` of the run. */
  ask(question: Question, until: number): Promise<JudgeRun>
}

/** What a test may put in the place of the network and of the price list. */
export type JudgeOptions = { outbound?: Outbound; price?: Price }

/** Waits for an answer until the time is over; the call itself goes on for others who wait, and for the memory. */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new JudgeError('timeout')), ms)
  })
  // Nobody may be waiting any more when it fails.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const nothingSaid = (judge: Judge, model: string, started_at: number): JudgeRun => ({
  judge: judge.name,
  provider: judge.use,
  model,
  started_at,
  ended_at: started_at,
  output: null,
  outcome: null,
  confidence: null,
  rationale: null,
  error: null,
  cached: false,
  ...NOTHING_PAID,
  on_error: judge.on_error,
})

/** Opens the judges of a process. Nothing is asked, and no socket opened, before a decision needs it. */
export function openJudges(deps: Deps, options: JudgeOptions = {}): Judges {
  const { config, clock } = deps
  const network = { config, outbound: options.outbound ?? outbound(config) }
  const providers: Record<JudgeKind, Provider> = {
    heuristic,
    http: httpJudge(network),
    llm: llmJudge(network, options.price ?? catalogue()),
  }
  const call = caller({ ...deps, budget: openBudget(deps) })

  async function answered(question: Question, provider: Provider, until: number): Promise<Answer> {
    if (provider.is_free)
      return { verdict: await provider.ask(question, new AbortController().signal), cached: false }
    const left_ms = Math.min(until - clock(), question.judge.timeout_ms)
    if (left_ms <= 0) throw new JudgeError('timeout')
    return within(call(question, provider), left_ms)
  }

  return {
    of(in_force) {
      const { judges } = in_force.policy
      const implied = impliedJudges(in_force, config.judge_url !== undefined)
      return [...implied.filter(({ name }) => !judges.some((own) => own.name === name)), ...judges]
    },
    isFree: ({ use }) => providers[use].is_free,
    isSampled: (question) =>
      question.judge.sample >= 1 ||
      isSampled(callKey(question, providers[question.judge.use]), question.judge.sample),
    async ask(question, until) {
      const provider = providers[question.judge.use]
      const run = nothingSaid(question.judge, provider.modelOf(question.judge), clock())
      const began = performance.now()
      const ended_at = () => run.started_at + (performance.now() - began)
      try {
        const { verdict, cached } = await answered(question, provider, until)
        const paid = cached ? NOTHING_PAID : {}
        return { ...run, ...verdict, ...paid, output: { ...verdict.output }, cached, ended_at: ended_at() }
      } catch (cause) {
        const paid = cause instanceof JudgeError ? cause.paid : {}
        return { ...run, ...paid, error: codeOf(cause), ended_at: ended_at() }
      }
    },
  }
}
