import { expect, test } from 'bun:test'
import { ACTIONS, strength, type Outcome } from './actions.ts'
import { compilePolicy } from './compile-policy.ts'
import { decide, explain, type Facts } from './decide.ts'
import type { Policy } from './policy.ts'
import { runTests } from './run-tests.ts'

const entry = (name: string, type: 'bool' | 'int' | 'double', min?: number, max?: number) => ({
  name,
  type,
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
  description: 'of the tests',
})
const CATALOGUE = [
  entry('signals.pii.count', 'int', 0),
  entry('signals.injection.score', 'double', 0, 1),
  entry('signals.financial_risk', 'double', 0, 1),
]

function compiled(definition: unknown): Policy {
  const { policy, findings } = compilePolicy(definition, CATALOGUE)
  if (!policy) throw new Error(JSON.stringify(findings))
  return policy
}
const codes = (definition: unknown) =>
  compilePolicy(definition, CATALOGUE).findings.map(({ code, line, column }) => `${code} ${line}:${column}`)
const facts = (values: Record<string, unknown>, more: Partial<Facts> = {}): Facts => ({
  values,
  pending: [],
  closed: [],
  verdicts: {},
  ...more,
})
const outcome = (action: Outcome['action']): Outcome => ({
  action,
  reason_code: 'JUDGE',
  severity: 'low',
  message: null,
})
function said(policy: Policy, given: Facts): string {
  const step = decide(policy, given)
  return step.done ? `${step.outcome.action}/${step.outcome.reason_code}` : `needs ${step.needs.join()}`
}

const EXAMPLE_A = `policy_id: default-safety
version: 1
effective_from: 2026-01-01T00:00:00Z
rules:
  - priority: 10
    when:
      any:
        - {field: "signals.pii", op: "eq", value: true}
        - {field: "evals.faithfulness.score", op: "lt", value: 0.3}
    then: {action: "ESCALATE", reason_code: "SAFETY_HIGH_RISK", severity: "high"}
    metadata: {owner: "trust-safety"}
`
const EXAMPLE_B = `{"rules":[
  {"priority":10,"when":{"any":[{"field":"signals.pii","op":"eq","value":true}]},
   "then":{"action":"ESCALATE","reason_code":"PII_DETECTED","severity":"high"},"metadata":{"owner":"trust-safety"}},
  {"priority":20,"when":{"all":[{"field":"response.channel","op":"in","value":["web","mobile"]}],
                         "any":[{"field":"response.text","op":"contains","value":"investment advice"},
                                {"field":"signals.financial_risk","op":"gte","value":0.85}]},
   "then":{"action":"ALLOW_WITH_WARNING","reason_code":"FINANCIAL_RISK","severity":"medium"}}]}`

test('the YAML example of the MVP runs unchanged and without a finding', () => {
  expect(codes(EXAMPLE_A)).toEqual([])
  const policy = compiled(EXAMPLE_A)
  expect(said(policy, facts({ signals: { pii: { count: 2 } } }))).toBe('ESCALATE/SAFETY_HIGH_RISK')
  expect(said(policy, facts({ evals: { faithfulness: { score: 0.1 } } }))).toBe('ESCALATE/SAFETY_HIGH_RISK')
  expect(said(policy, facts({}))).toBe('ALLOW_ANSWER/DEFAULT_ALLOW')
})

test('the JSON example of the MVP runs unchanged and without a finding', () => {
  expect(codes(EXAMPLE_B)).toEqual([])
  const sent: unknown = JSON.parse(EXAMPLE_B)
  const policy = compiled(sent)
  expect(policy.hash).toBe(compiled(EXAMPLE_B).hash)
  const response = { channel: 'web', text: 'This is Investment Advice.' }
  expect(said(policy, facts({ response }))).toBe('ALLOW_WITH_WARNING/FINANCIAL_RISK')
  const risky = { response: { channel: 'mobile', text: '' }, signals: { financial_risk: 0.9 } }
  expect(said(policy, facts(risky))).toBe('ALLOW_WITH_WARNING/FINANCIAL_RISK')
  expect(said(policy, facts({ response: { ...response, channel: 'kakao' } }))).toBe(
    'ALLOW_ANSWER/DEFAULT_ALLOW',
  )
})

test('defect 1: a judge that escalates counts when no rule matches', () => {
  const judged = facts({}, { verdicts: { heuristic: outcome('ESCALATE') } })
  expect(said(compiled(EXAMPLE_B), judged)).toBe('ESCALATE/JUDGE')
})

test('defect 2: what one judge says is not overwritten by another', () => {
  const verdicts = { heuristic: outcome('ESCALATE'), llm: outcome('ALLOW_ANSWER') }
  expect(said(compiled(EXAMPLE_B), facts({}, { verdicts }))).toBe('ESCALATE/JUDGE')
})

test('defect 8: a judge that failed closed makes the rule match that reads it, and open skips the rule', () => {
  const policy = compiled(`version: 2
judges: {j: {on_error: closed}}
rules: [{id: a, when: judges.j.score < 0.5, then: BLOCK}]`)
  expect(said(policy, facts({}, { closed: ['judges.j'] }))).toBe('BLOCK/a')
  expect(said(policy, facts({}))).toBe('ALLOW_ANSWER/DEFAULT_ALLOW')
})

test('defect 9: types that do not fit are a line of the explanation and no failure', () => {
  const policy = compiled(
    'rules: [{when: {all: [{field: response.n, op: lt, value: 1}]}, then: {action: BLOCK}}]',
  )
  const given = facts({ response: { n: 'one' } })
  expect(said(policy, given)).toBe('ALLOW_ANSWER/DEFAULT_ALLOW')
  expect(explain(policy, given)[0]?.mismatches).toEqual(['response.n: string has no order with number'])
})

test('defect 10: an unknown action is refused, and an unknown operator is told', () => {
  expect(codes('rules:\n  - then: {action: BLOK}\n')).toEqual(['unknown_action 2:20'])
  const rules =
    'rules:\n  - when: {all: [{field: response.a, op: eqq, value: 1}]}\n    then: {action: BLOCK}\n'
  expect(codes(rules)).toEqual(['unknown_operator 2:42'])
  expect(compilePolicy(rules, CATALOGUE).policy).not.toBeNull()
  expect(compilePolicy(`version: 2\n${rules}`, CATALOGUE).policy).toBeNull()
})

test('the default of a policy is not weakened by a judge', () => {
  const policy = compiled({ version: 2, default: 'ESCALATE', rules: [] })
  expect(said(policy, facts({}, { verdicts: { j: outcome('ALLOW_ANSWER') } }))).toBe('ESCALATE/DEFAULT')
  expect(said(policy, facts({}, { verdicts: { j: outcome('BLOCK') } }))).toBe('BLOCK/JUDGE')
})

const FINDINGS: [string, string][] = [
  ['rules:\n  - {id: a, when: signals.pii.cout > 0, then: BLOCK}', 'unknown_signal 3:31'],
  ['rules:\n  - {id: a, when: "signals.pii.count == true", then: BLOCK}', 'type_error'],
  ['rules:\n  - {id: a, wen: "true", then: BLOCK}', 'unknown_field 3:13'],
  ['rules:\n  - {id: a, when: "signals.injection.score > 1.5", then: BLOCK}', 'out_of_range 3:19'],
  [
    'rules:\n  - {id: a, when: "signals.injection.score > 0.8 && signals.injection.score < 0.2", then: BLOCK}',
    'never_matches',
  ],
  [
    'rules:\n  - {id: a, then: BLOCK}\n  - {id: b, when: signals.pii.count > 0, then: BLOCK}',
    'unreachable_rule 4:5',
  ],
  [
    'rules:\n  - {id: a, when: signals.pii.count > 0, then: BLOCK}\n  - {id: a, when: signals.pii.count > 1, then: BLOCK}',
    'duplicate_id 4:10',
  ],
  ['judges:\n  j: {timeout: 2s}\nrules: []', 'unused_judge 3:3'],
  [
    'deadline: 1s\njudges:\n  j: {timeout: 2s}\nrules:\n  - {id: a, when: judges.j.score < 0.5, then: BLOCK}',
    'judge_exceeds_deadline 4:16',
  ],
]
for (const [text, code] of FINDINGS) {
  test(`a check at save finds ${code}`, () => {
    const found = codes(`version: 2\n${text}`)
    expect(found.some((line) => line.startsWith(code))).toBe(true)
  })
}

test('an error after a hundred warnings still refuses the policy', () => {
  const warned = '{field: signals.nothing}, '.repeat(150)
  const { policy, findings } = compilePolicy(
    `rules: [{when: {all: [${warned}]}, then: {action: BLOK}}]`,
    CATALOGUE,
  )
  expect(policy).toBeNull()
  expect(findings.at(-1)?.code).toBe('unknown_action')
})

test('a test of the policy that fails is found at its place', () => {
  const text = 'version: 2\nrules: []\ntests:\n  - {name: bad, given: {}, expect: {action: BLOCK}}\n'
  const { policy, findings } = compilePolicy(text, CATALOGUE, { factsOf: (given) => facts({ ...given }) })
  const message = 'the test "bad" came out as ALLOW_ANSWER by no rule'
  expect(findings).toEqual([{ severity: 'warning', code: 'test_failed', message, line: 4, column: 5 }])
  expect(policy).not.toBeNull()
})

test('the tests of a policy say what came out instead', () => {
  const policy = compiled(`version: 2
rules: [{id: a, when: signals.pii.count > 0, then: BLOCK}]
tests:
  - {name: good, given: {signals: {pii: {count: 1}}}, expect: {action: BLOCK, rule: a}}
  - {name: bad, given: {}, expect: {action: BLOCK}}`)
  const results = runTests(policy, (given) => facts({ ...given }))
  expect(results).toEqual([
    { name: 'good', passed: true, got: { action: 'BLOCK', rule: 'a' } },
    { name: 'bad', passed: false, got: { action: 'ALLOW_ANSWER', rule: null } },
  ])
})

/** Numbers that are the same on every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
const NAMES = ['a', 'b', 'c']

function anyPolicy(next: (below: number) => number): Policy {
  const atom = () =>
    next(3) === 0
      ? `signals.injection.score > 0.${next(10)}`
      : `judges.${NAMES[next(3)]}.score < 0.${next(10)}`
  const rules = Array.from({ length: 1 + next(4) }, (_, at) => {
    const when = `${next(2) ? '!' : ''}(${atom()} ${next(2) ? '&&' : '||'} ${atom()})`
    return `  - {id: r${at}, reason: R, when: "${when}", then: ${ACTIONS[next(5)]}}`
  })
  const judges = NAMES.map((name) => `${name}: {}`).join(', ')
  return compiled(
    `version: 2\ndefault: ${ACTIONS[next(5)]}\njudges: {${judges}}\nrules:\n${rules.join('\n')}`,
  )
}

test('judges on demand give the outcome of judges run beforehand, with fewer of them; a replay gives it too', () => {
  const next = numbers(7)
  let asked = 0
  for (let at = 0; at < 10_000; at++) {
    const policy = anyPolicy(next)
    for (let input = 0; input < 2; input++) {
      const fails = new Map(NAMES.map((name) => [name, next(6)]))
      const scores = new Map(NAMES.map((name) => [name, { score: next(10) / 10 }]))
      const verdict = outcome(ACTIONS[next(5)] ?? 'BLOCK')
      const step = (ran: ReadonlySet<string>) =>
        facts(
          {
            signals: { injection: { score: 0.5 } },
            judges: Object.fromEntries(
              [...scores].filter(([name]) => ran.has(name) && (fails.get(name) ?? 0) > 1),
            ),
          },
          {
            pending: NAMES.filter((name) => !ran.has(name)).map((name) => `judges.${name}`),
            closed: NAMES.filter((name) => ran.has(name) && fails.get(name) === 0).map(
              (name) => `judges.${name}`,
            ),
            verdicts: { v: ran.has('v') ? verdict : null },
          },
        )
      const eager = decide(policy, step(new Set([...NAMES, 'v'])))
      const ran = new Set<string>()
      let given = step(ran)
      let lazy = decide(policy, given)
      while (!lazy.done) {
        const before = ran.size
        for (const need of lazy.needs) ran.add(need.replace('judges.', ''))
        if (ran.size === before) throw new Error(`asked again for ${lazy.needs.join()}`)
        given = step(ran)
        lazy = decide(policy, given)
      }
      asked += ran.size
      if (!eager.done) throw new Error('nothing was pending')
      expect(lazy.outcome).toEqual(eager.outcome)
      expect(JSON.parse(JSON.stringify(given))).toEqual(given)
      expect(decide(policy, structuredClone(given))).toEqual(lazy)
      if (lazy.rule === null)
        expect(strength(lazy.outcome.action)).toBe(
          Math.max(
            strength(policy.otherwise.action),
            strength(ran.has('v') ? verdict.action : 'ALLOW_ANSWER'),
          ),
        )
    }
  }
  expect(asked).toBeLessThan(10_000 * 2 * 4)
}, 30_000)

test('an explanation names what was read and never shows a text that was searched', () => {
  const given = facts({ response: { channel: 'web', text: 'my investment advice' } })
  const explained = JSON.stringify(explain(compiled(EXAMPLE_B), given))
  expect(explained).toContain('"response.channel":"web"')
  expect(explained).toContain('"response.text":{"characters":20}')
  expect(explained).not.toContain('my investment')
})
