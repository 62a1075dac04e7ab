import { expect, test } from 'bun:test'
import { decide, type Facts } from '#shared/policy/decide.ts'
import type { Policy } from '#shared/policy/policy.ts'
import { compileDefinition } from '../policies/compile-definition.ts'
import { readEvidence, writeEvidence } from './evidence.ts'
import { explainDecision } from './explain-decision.ts'

function compiled(rules: { id: string; when: string; then?: object }[], more: object = {}): Policy {
  const then = { action: 'BLOCK', reason_code: 'NO' }
  const { policy, findings } = compileDefinition({
    version: 2,
    ...more,
    rules: rules.map((rule) => ({ then, ...rule })),
  })
  if (!policy) throw new Error(JSON.stringify(findings))
  return policy
}

const facts = (values: Record<string, unknown>, more: Partial<Facts> = {}): Facts => ({
  values,
  pending: [],
  closed: [],
  verdicts: {},
  ...more,
})

const explained = (policy: Policy, given: Facts, found = {}) =>
  explainDecision({ policy, facts: given, found, timings_us: { rules: 3 } })

test('each rule says what it read, and rules after the one that matched were not reached', () => {
  const policy = compiled([
    { id: 'long', when: 'signals.length.output > 100' },
    { id: 'pii', when: 'signals.pii.count > 0 && response.channel == "web"' },
    { id: 'late', when: 'signals.pii.count > 5' },
  ])
  const given = facts({ signals: { length: { output: 9 }, pii: { count: 2 } }, response: { channel: 'web' } })
  expect(explained(policy, given)).toEqual({
    rules: [
      {
        id: 'long',
        result: 'not_matched',
        conditions: [
          { text: 'signals.length.output > 100', result: 'false', values: { 'signals.length.output': 9 } },
        ],
        mismatches: [],
      },
      {
        id: 'pii',
        result: 'matched',
        conditions: [
          { text: 'signals.pii.count > 0', result: 'true', values: { 'signals.pii.count': 2 } },
          { text: 'response.channel == "web"', result: 'true', values: { 'response.channel': 'web' } },
        ],
        mismatches: [],
      },
      {
        id: 'late',
        result: 'not_reached',
        conditions: [{ text: 'signals.pii.count > 5', result: 'not_reached', values: {} }],
        mismatches: [],
      },
    ],
    found: {},
    timings_us: { rules: 3 },
  })
})

test('a condition is shown whole, with its parentheses', () => {
  const texts = [
    '(!(signals.pii.count > 0) || !(response.channel == "a) b"))',
    '(signals.pii.count > 1)',
    '!((signals.pii.count > 2) || (signals.pii.count > 3))',
    '(signals.pii.count + 1) * 2 > 4',
  ]
  const [alone, joined] = [texts.map((when, at) => ({ id: `r${at}`, when })), texts.join(' && ')]
  const shown = (policy: Policy) => explained(policy, facts({})).rules.flatMap(({ conditions }) => conditions)
  for (const { text } of [...shown(compiled(alone)), ...shown(compiled([{ id: 'all', when: joined }]))]) {
    expect(text.replace(/"[^"]*"/g, '').split('(')).toHaveLength(
      text.replace(/"[^"]*"/g, '').split(')').length,
    )
    expect(joined).toContain(text)
  }
})

test('a rule that matched is overruled where a judge that failed says more', () => {
  const policy = compiled(
    [
      { id: 'judged', when: 'judges.scored.score < 0.5' },
      { id: 'web', when: 'response.channel == "web"', then: { action: 'ALLOW_WITH_WARNING' } },
    ],
    { judges: { scored: { use: 'llm', prompt: 'Is it?', on_error: 'ESCALATE' } } },
  )
  const failed = { action: 'ESCALATE', reason_code: 'JUDGE_ERROR', severity: 'high', message: null } as const
  const given = facts({ response: { channel: 'web' } }, { verdicts: { scored: failed } })
  expect(decide(policy, given)).toMatchObject({ rule: null, judge: 'scored' })
  expect(explained(policy, given).rules).toMatchObject([
    { id: 'judged', result: 'not_matched' },
    { id: 'web', result: 'overruled' },
  ])
})

test('a judge whose answer could no longer matter leaves its rule pending', () => {
  const policy = compiled(
    [
      { id: 'judged', when: 'judges.faithful.score < 0.5' },
      { id: 'pii', when: 'signals.pii.count > 0' },
    ],
    { judges: { faithful: { use: 'llm', prompt: 'Is it?' } } },
  )
  const given = facts({ signals: { pii: { count: 1 } } }, { pending: ['judges.faithful'] })
  expect(decide(policy, given).done).toBe(true)
  expect(explained(policy, given).rules).toMatchObject([
    {
      id: 'judged',
      result: 'pending',
      conditions: [{ values: { 'judges.faithful.score': { unknown: 'pending' } } }],
    },
    { id: 'pii', result: 'matched' },
  ])
})

test('what was searched, found or reads like a sentence is shown by its size', () => {
  const phone = ['010', '1234', '5678'].join('-')
  const card = ['4111', '1111', '1111', '1111'].join(' ')
  const key = ['sk', 'live4f9a8b7c6d5e4f3a2b1c'].join('-')
  const texts = { phone, card, key, mail: 'kim@example.com', said: 'she said: no!', searched: 'web' }
  const policy = compiled([
    ...Object.keys(texts)
      .filter((name) => name !== 'searched')
      .map((name) => ({ id: name, when: `response.${name} == "other"` })),
    { id: 'searched', when: 'response.searched.contains("e")' },
  ])
  const answer = explained(policy, facts({ response: texts }))
  for (const text of Object.values(texts).slice(0, -1)) expect(JSON.stringify(answer)).not.toContain(text)
  const shown = answer.rules.flatMap(({ conditions }) =>
    conditions.flatMap(({ values }) => Object.values(values)),
  )
  expect(shown).toEqual(Object.values(texts).map(({ length }) => ({ characters: length })))
})

test('where a pattern of the policy found something, no text of the caller is shown', () => {
  const policy = compiled([{ id: 'channel', when: 'response.channel == "other"' }])
  const given = facts({ response: { channel: 'falcon' } })
  const found = { 'project.match': [{ kind: 'pattern', in: 'output', start: 0, end: 6 }] }
  expect(JSON.stringify(explained(policy, given))).toContain('falcon')
  expect(JSON.stringify(explained(policy, given, found))).not.toContain('falcon')
  expect(explained(policy, given, found).found).toEqual(found as never)
})

test('a type mismatch is told', () => {
  const policy = compiled([{ id: 'odd', when: 'response.score > 1' }])
  const { rules } = explained(policy, facts({ response: { score: 'high' } }))
  expect(rules[0]).toMatchObject({ result: 'not_matched' })
  expect(rules[0]?.mismatches.length).toBeGreaterThan(0)
})

test('evidence comes back as it was written, verdicts in their order, and without the text of what was found', () => {
  const outcome = { action: 'ESCALATE', reason_code: 'B', severity: 'high', message: null } as const
  const given = facts(
    { signals: { pii: { count: 1 } } },
    {
      pending: ['judges.slow'],
      closed: ['judges.broken'],
      verdicts: { zeta: outcome, a: { ...outcome, reason_code: 'A' }, open: null },
    },
  )
  const place = { kind: 'email', in: 'output', start: 3, end: 9 } as const
  const stored = writeEvidence(
    given,
    { 'pii.count': [{ ...place, ...{ text: 'a@b.io' } }] },
    (value) => value,
  )
  const back = readEvidence(JSON.parse(JSON.stringify(stored)))
  expect(back).toEqual({ facts: given, found: { 'pii.count': [place] } })
  expect(Object.keys(back?.facts.verdicts ?? {})).toEqual(['zeta', 'a', 'open'])
})

test('evidence that was erased, or of another form, is none', () => {
  for (const stored of [null, {}, { values: {} }, [], 'text', { values: [], pending: 3 }]) {
    expect(readEvidence(stored)).toBeNull()
  }
})
