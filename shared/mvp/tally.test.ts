import { expect, test } from 'bun:test'
import { newTally, refuse } from './tally.ts'

test('rows that are refused for the same are counted together, whatever is quoted of each', () => {
  const tally = newTally()
  for (let row = 0; row < 3; row++) {
    refuse(tally, 'evaluations', `${row}`, `idempotency_key: "a \\" ${row}" was used`)
    refuse(tally, 'spans', `${row}`, `body.spans.${row}.name: Expected text`)
  }
  expect(tally.reasons).toEqual({
    'evaluations: idempotency_key: "…" was used': 3,
    'spans: body.spans.name: Expected text': 3,
  })
  expect(tally.refused[0]?.reason).toContain('"a \\" 0"')
})

test('however many reasons there are, what is kept has a bound and every row is counted', () => {
  const tally = newTally()
  for (let row = 0; row < 5000; row++) refuse(tally, 'spans', `${row}`, `reason ${row}`)
  expect(Object.keys(tally.reasons)).toHaveLength(201)
  expect(tally.reasons['further reasons']).toBe(4800)
  expect(tally.refused).toHaveLength(1000)
})
