import { expect, test } from 'bun:test'
import { compileCondition } from './compile-condition.ts'
import { PENDING, settles } from './unknown.ts'

/** A value (undefined: not sent), an operator, the value of the condition, and whether it holds. */
const CASES: [unknown, string, unknown, boolean][] = [
  ['a', 'eq', 'a', true],
  ['a', 'eq', 'A', false],
  [1, 'eq', 1.0, true],
  [0, 'eq', false, true],
  [2, 'eq', true, false],
  [null, 'eq', false, false],
  [null, 'eq', 0, false],
  [undefined, 'eq', 'null', false],
  [[1, 2], 'eq', [1, 2], true],
  [[1, 2], 'eq', [2, 1], false],
  [[true], 'eq', [1], true],
  [{ a: 1 }, 'eq', { a: 1 }, true],
  [{ a: 1 }, 'eq', { a: 1, b: 2 }, false],
  ['', 'eq', null, false],
  ['a', 'ne', 'b', true],
  ['a', 'ne', 'a', false],
  [null, 'ne', null, false],
  [1, 'ne', true, false],
  [1, 'ne', '1', true],
  [1, 'lt', 2, true],
  [2, 'lt', 2, false],
  [false, 'lt', 1, true],
  ['a', 'lt', 'b', true],
  ['B', 'lt', 'a', true],
  [null, 'lt', 1, false],
  [[1], 'lt', [2], false],
  [{}, 'lt', 1, false],
  [2, 'lte', 2, true],
  [3, 'lte', 2, false],
  [undefined, 'lte', 2, false],
  ['1', 'lte', 2, false],
  [3, 'gt', 2, true],
  [2, 'gt', 2, false],
  [true, 'gt', 0, true],
  [null, 'gt', -1, false],
  ['b', 'gt', 'a', true],
  [1, 'gt', '0', false],
  [2, 'gte', 2, true],
  [0.85, 'gte', 0.85, true],
  [1, 'gte', 2, false],
  [null, 'gte', null, false],
  [1, 'gte', null, false],
  ['Hello', 'contains', 'ELL', true],
  ['Hello', 'contains', '', true],
  ['Hello', 'contains', 'x', false],
  ['room 12', 'contains', 12, true],
  [12, 'contains', 1, false],
  [null, 'contains', 'a', false],
  [undefined, 'contains', 'a', false],
  [['a'], 'contains', 'a', false],
  ['a', 'contains', ['a'], false],
  ['a', 'in', ['a', 'b'], true],
  ['c', 'in', ['a', 'b'], false],
  [1, 'in', [true], true],
  [null, 'in', ['a'], false],
  [null, 'in', 'a', false],
  [undefined, 'in', [null], true],
  ['a', 'in', [], false],
  ['a', 'in', { a: 1 }, true],
  ['toString', 'in', {}, false],
  ['a', 'in', null, false],
  ['a', 'in', 1, false],
  [[1], 'in', [[1]], true],
  ['a', 'like', 'a', false],
]

for (const [actual, op, value, expected] of CASES) {
  test(`${JSON.stringify(actual) ?? 'nothing'} ${op} ${JSON.stringify(value)} is ${expected}`, () => {
    const { test: holds } = compileCondition({ field: 'response.it', op, value })
    const response = actual === undefined ? {} : { it: actual }
    const run = { roots: { response }, asked: [], mismatches: [], locals: [], steps: 0 }
    expect(settles(holds(run))).toBe(expected)
  })
}

test('a value that is pending leaves every operator open', () => {
  const { test: holds } = compileCondition({ field: 'signals.pii', op: 'eq', value: true })
  const asked: string[] = []
  const run = { roots: { signals: { pii: PENDING } }, asked, mismatches: [], locals: [], steps: 0 }
  expect(settles(holds(run))).toBeNull()
  expect(asked).toEqual(['signals.pii'])
})
