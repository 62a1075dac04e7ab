import { expect, test } from 'bun:test'
import { isDataFault, isMissingPartition } from './failure.ts'

const failure = (code: string) => Object.assign(new Error(code), { code })

test('a day without its partition is the trouble of the hub, not of the data: a 500 would make clients drop it', () => {
  expect([isMissingPartition(failure('23514')), isDataFault(failure('23514'))]).toEqual([true, false])
  expect([
    isDataFault(failure('23505')),
    isDataFault(failure('22P05')),
    isDataFault(failure('42P01')),
  ]).toEqual([true, true, false])
})

test('a row in a leaf that its parent does not show is a day that is being taken away; elsewhere it is the data', () => {
  const twice = (constraint_name: string) => Object.assign(failure('23505'), { constraint_name })
  expect(isMissingPartition(twice('spans_20261113_pkey'))).toBe(true)
  expect([isMissingPartition(twice('evals_pkey')), isDataFault(twice('evals_pkey'))]).toEqual([false, true])
})
