import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Outbound } from '#shared/http/outbound.ts'
import { ACTIONS, strength, type Action, type Outcome } from '#shared/policy/actions.ts'
import { decide, type Facts } from '#shared/policy/decide.ts'
import { judgeFailed } from '#shared/policy/judge-failed.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { readKnown } from '../../decide/decisions/facts.ts'
import { openJudges, type Judges } from '../../decide/judges/open-judges.ts'
import { inForce, reach } from './test-judge.ts'

const RUNS = 10_000
const deps = await testDeps()
afterAll(deps.stop)

/** What each judge answers; null where it fails. The network is handed in, so that ten thousand policies can be asked. */
type Answers = Record<string, { score: number; action: Action } | null>
function judgesThat(answers: Answers): Judges {
  const outbound: Outbound = async ({ url }) => {
    const said = answers[new URL(url).hostname] ?? null
    const content = JSON.stringify(said && { ...said, confidence: 0.9 })
    const body = new TextEncoder().encode(JSON.stringify({ choices: [{ message: { content } }] }))
    return { status: said ? 200 : 503, headers: {}, body }
  }
  return openJudges(deps, { outbound })
}

const SCORING = ['a', 'b', 'c']
const ACTING = ['v', 'w']
const number = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10)
const name = fc.constantFrom(...SCORING)
const atom = fc.oneof(
  fc
    .tuple(name, fc.constantFrom('<', '>='), number)
    .map(([of, sign, value]) => `judges.${of}.score ${sign} ${value}`),
  fc
    .tuple(fc.constantFrom(...ACTING), fc.constantFrom(...ACTIONS))
    .map(([of, action]) => `judges.${of}.action == "${action}"`),
  number.map((value) => `request.risk > ${value}`),
  name.map((of) => `has(judges.${of}.score)`),
)
const condition = fc
  .tuple(fc.boolean(), atom, fc.constantFrom('&&', '||'), atom, fc.constantFrom('&&', '||'), atom)
  .map(
    ([negated, one, and, other, or, third]) =>
      `${negated ? '!' : ''}(${one} ${and} ${other}) ${or} (${third})`,
  )
const old = fc.tuple(name, fc.constantFrom('lt', 'gte', 'ne'), number).map(([of, op, value]) => ({
  any: [
    { field: `judges.${of}.score`, op, value },
    { field: 'request.risk', op: 'gt', value: 0.9 },
  ],
}))
const rule = fc.record({
  when: fc.oneof({ weight: 4, arbitrary: condition }, old),
  then: fc.constantFrom(...ACTIONS),
})
const on_error = fc.constantFrom('open', 'closed', ...ACTIONS)
const judgeOf = (of: string) =>
  on_error.map((on) => ({
    endpoint: `https://${of}`,
    on_error: on,
    returns: ACTING.includes(of) ? { action: 'action', confidence: 'number' } : { score: 'number' },
  }))
const names = [...SCORING, ...ACTING]
const policy = fc.record({
  version: fc.constant(2),
  default: fc.constantFrom(...ACTIONS),
  judges: fc.record(Object.fromEntries(names.map((of) => [of, judgeOf(of)]))),
  rules: fc
    .array(rule, { minLength: 0, maxLength: 5 })
    .map((rules) => rules.map((one, at) => ({ id: `r${at}`, ...one }))),
})
const answers = fc.record(
  Object.fromEntries(
    names.map((of) => [
      of,
      fc.option(fc.record({ score: number, action: fc.constantFrom(...ACTIONS) }), { freq: 3 }),
    ]),
  ),
)

test('judges on demand: the action of judges asked beforehand, fewer calls, never weakened, and a replay gives it again', async () => {
  let asked = 0
  const would = RUNS * names.length
  await fc.assert(
    fc.asyncProperty(policy, answers, number, async (definition, said, risk) => {
      const in_force = inForce(definition)
      const payload = { request: { risk, more: 'unread' }, response: {}, trace: {}, evals: [] }
      const lazy = await reach(judgesThat(said), in_force, {}, { payload })
      asked += lazy.runs.length

      const { values } = readKnown(
        in_force.policy,
        { input: '', output: '', contexts: [], latency_ms: null, cost_usd: null, evals: [] },
        payload,
      )
      const judges: Record<string, unknown> = {}
      const closed: string[] = []
      const verdicts: Record<string, Outcome | null> = {}
      for (const judge of in_force.policy.judges) {
        const answer = said[judge.name]
        if (answer) {
          judges[judge.name] = judge.returns_action
            ? { action: answer.action, confidence: 0.9 }
            : { score: answer.score }
          if (judge.returns_action)
            verdicts[judge.name] = { action: answer.action, reason_code: 'J', severity: 'low', message: null }
        } else {
          const failed = judgeFailed(judge)
          closed.push(...failed.closed)
          Object.assign(verdicts, failed.verdicts)
        }
      }
      const facts: Facts = { values: { ...values, judges }, pending: [], closed, verdicts }
      const eager = decide(in_force.policy, facts)
      if (!eager.done) throw new Error('nothing was pending')
      expect(lazy.outcome.action).toBe(eager.outcome.action)

      const least = strength(lazy.outcome.action)
      const ignored = decide(in_force.policy, {
        ...facts,
        closed: [],
        verdicts: Object.fromEntries(Object.entries(verdicts).filter(([of]) => said[of])),
      })
      if (!ignored.done) throw new Error('nothing was pending')
      // A failure only adds to what the rules and the other judges say.
      expect(least).toBeGreaterThanOrEqual(strength(ignored.outcome.action))
      if (ignored.rule === null) {
        const spoken = ACTING.flatMap((of) => ACTIONS.filter((action) => said[of]?.action === action))
        for (const action of [in_force.policy.otherwise.action, ...spoken])
          expect(least).toBeGreaterThanOrEqual(strength(action))
      }

      expect(JSON.stringify(lazy.facts)).not.toContain('unread')
      const again = decide(in_force.policy, structuredClone(lazy.facts))
      expect(again).toMatchObject({ done: true, outcome: lazy.outcome, rule: lazy.rule, judge: lazy.judge })
    }),
    { numRuns: RUNS, seed: 5 },
  )
  const saved = Math.round((1 - asked / would) * 1000) / 10
  console.log(`judges on demand: ${asked} of ${would} calls, ${saved} % saved`)
  expect(saved).toBeGreaterThan(25)
}, 240_000)
