import { expect, test } from 'bun:test'
import { celChecker } from './check-cel.ts'
import { compileCondition } from './compile-condition.ts'
import { hashDefinition } from './hash-definition.ts'
import { readDocument } from './read-document.ts'
import type { Run } from './read-path.ts'
import { CLOSED, MISSING, PENDING, settles, Unknown } from './unknown.ts'

const CATALOGUE = [
  { name: 'signals.pii.count', type: 'int', min: 0, description: 'found' },
  { name: 'signals.injection.score', type: 'double', min: 0, max: 1, description: 'score' },
] as const

const run = (roots: Record<string, unknown>): Run => ({
  roots,
  asked: [],
  mismatches: [],
  locals: [],
  steps: 0,
})

const CONDITIONS: [unknown, string, unknown, boolean, number][] = [
  [true, 'eq', 1, true, 0],
  [1, 'eq', '1', false, 0],
  [null, 'eq', null, true, 0],
  [undefined, 'eq', null, true, 0],
  [undefined, 'ne', 'x', true, 0],
  [undefined, 'lt', 0.3, false, 0],
  ['a', 'lt', 1, false, 1],
  [1, 'lt', null, false, 1],
  [0.2, 'lt', 0.3, true, 0],
  ['Investment ADVICE', 'contains', 'investment advice', true, 0],
  [['a'], 'contains', 'a', false, 1],
  ['web', 'in', ['web', 'mobile'], true, 0],
  ['we', 'in', 'web', true, 0],
  [1, 'in', 'web', false, 1],
  [null, 'in', [null], true, 0],
  [1, 'in', null, false, 1],
]
for (const [actual, op, value, expected, mismatches] of CONDITIONS) {
  test(`${JSON.stringify(actual)} ${op} ${JSON.stringify(value)} is ${expected}`, () => {
    const one = run({ request: { field: actual } })
    expect(compileCondition({ field: 'request.field', op, value }).test(one)).toBe(expected)
    expect(one.mismatches).toHaveLength(mismatches)
  })
}

function truth(source: string, roots: Record<string, unknown>): unknown {
  const checked = celChecker(CATALOGUE).check(source)
  if (!checked.ok) throw new Error(checked.message)
  return checked.read(run(roots))
}

test('an expression over a value nobody sent is missing, never a number', () => {
  expect(truth('evals.overall_score > 0.5', { evals: {} })).toBe(MISSING)
  expect(settles(MISSING)).toBe(false)
})

test('what is pending matters only while the rest leaves it open', () => {
  const roots = { signals: { pii: { count: 0 }, injection: PENDING } }
  expect(truth('signals.injection.score > 0.5 && signals.pii.count > 0', roots)).toBe(false)
  const open = truth('signals.injection.score > 0.5 || signals.pii.count > 0', roots)
  expect(open instanceof Unknown && settles(open)).toBeNull()
  expect(settles(CLOSED)).toBe(true)
})

test('a type mismatch at run time is noted, not thrown, and prototypes are not read', () => {
  expect(truth('request.a > 1', { request: { a: 'text' } })).toBe(MISSING)
  expect(truth('has(request.constructor)', { request: {} })).toBe(false)
})

test('a misspelt field is found at its place, with what was probably meant', () => {
  const checked = celChecker(CATALOGUE).check('signals.pii.cout > 0')
  expect(checked).toMatchObject({ ok: false, code: 'unknown_signal', offset: 12 })
  expect(!checked.ok && checked.message).toContain('did you mean "count"')
})

test('deep nesting, aliases and long texts are refused with a place', () => {
  expect(celChecker(CATALOGUE).check(`${'('.repeat(900)}true${')'.repeat(900)}`)).toMatchObject({ ok: false })
  expect(readDocument(`a: ${'['.repeat(5000)}`).findings[0]?.code).toBe('too_deep')
  expect(readDocument('a: &a [1]\nb: *a').findings[0]).toMatchObject({ code: 'alias', line: 2, column: 4 })
  expect(readDocument('x'.repeat(1_000_000)).findings[0]?.code).toBe('too_large')
})

test('the hash is the same for YAML and JSON in any order', () => {
  expect(hashDefinition(readDocument('b: 1\na: [2]').value)).toBe(hashDefinition({ a: [2], b: 1 }))
})
