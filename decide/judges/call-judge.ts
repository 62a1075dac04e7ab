import type { Cache } from '#shared/cache/cache.ts'
import type { Log } from '#shared/log.ts'
import { breaker, type Breaker } from './breaker.ts'
import type { Budget } from './budget.ts'
import { callKey, judgeKey, keep, recall } from './call-memory.ts'
import { JudgeError, type Provider, type Question, type Verdict } from './judge.ts'
import { slots, type Slots } from './slots.ts'

const MOST_CALLS = 32
const MOST_WAITING = 256
const MOST_CALLS_OF_ONE = 8
const MOST_WAITING_OF_ONE = 64
/** Of so many judges a process remembers how they do. */
const MOST_REMEMBERED = 2000

type Standing = { breaker: Breaker; slots: Slots }

/** A verdict, and whether it was asked for by somebody else: then it cost this decision nothing. */
export type Answer = { verdict: Verdict; cached: boolean }

/** Asks a judge within the limits of the process. Throws a JudgeError. */
export type Call = (question: Question, provider: Provider) => Promise<Answer>

/** What a failure is called; the text of a foreign error may hold anything, so it is not repeated. */
export const codeOf = (cause: unknown): string => (cause instanceof JudgeError ? cause.code : 'failed')

/** How each judge of each project does; the longest known makes room. */
function standings(clock: () => number): (question: Question) => Standing {
  const known = new Map<string, Standing>()
  return (question) => {
    const key = judgeKey(question)
    const before = known.get(key)
    if (before) return before
    const standing = { breaker: breaker(clock), slots: slots(MOST_CALLS_OF_ONE, MOST_WAITING_OF_ONE) }
    const [oldest] = known.size >= MOST_REMEMBERED ? known.keys() : []
    if (oldest !== undefined) known.delete(oldest)
    known.set(key, standing)
    return standing
  }
}

/** Makes calls: answers from before, the budget, the breaker, a place, and only then the judge. */
export function caller(deps: { cache: Cache; clock: () => number; log: Log; budget: Budget }): Call {
  const { cache, clock, log, budget } = deps
  const standingOf = standings(clock)
  const all = slots(MOST_CALLS, MOST_WAITING)
  const flights = new Map<string, Promise<Answer>>()

  /** The call to the outside, under its own time; it teaches the breaker. */
  async function call(question: Question, provider: Provider, own: Standing): Promise<Verdict> {
    const { judge, project_no } = question
    const stop = AbortSignal.timeout(judge.timeout_ms)
    try {
      const verdict = await own.slots(stop, async () => all(stop, async () => provider.ask(question, stop)))
      own.breaker.note(true)
      budget.spend(project_no, judge, verdict.cost_nano)
      return verdict
    } catch (cause) {
      const code = stop.aborted && !(cause instanceof JudgeError) ? 'timeout' : codeOf(cause)
      if (code !== 'busy') own.breaker.note(false)
      if (cause instanceof JudgeError) budget.spend(project_no, judge, cause.paid.cost_nano)
      if (code === 'failed') log.warn('a judge failed', { judge: judge.name, project_no }, cause)
      throw cause instanceof JudgeError ? cause : new JudgeError(code)
    }
  }

  async function fly(question: Question, provider: Provider, key: string): Promise<Answer> {
    const { judge, project_no } = question
    const remembered = await recall(cache, key, judge)
    if (remembered) return { verdict: remembered, cached: true }
    await budget.check(project_no, judge)
    const own = standingOf(question)
    const state = own.breaker.state()
    if (state === 'leave') throw new JudgeError('circuit_open')
    const verdict = call(question, provider, own)
    if (state === 'try') {
      verdict.catch(() => undefined)
      throw new JudgeError('circuit_open')
    }
    const given = await verdict
    await keep(cache, key, judge, given)
    return { verdict: given, cached: false }
  }

  /** Those who ask the same at the same time share one call. */
  return async (question, provider) => {
    const key = callKey(question, provider)
    const under_way = flights.get(key)
    if (under_way) return { ...(await under_way), cached: true }
    const flight = fly(question, provider, key).finally(() => flights.delete(key))
    flights.set(key, flight)
    return flight
  }
}
