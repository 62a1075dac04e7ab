import { expect, test } from 'bun:test'
import { scoreAll } from '../../bench/signals.ts'

/** F1 in percent as last measured; a change that costs more than a point on either half is not taken. */
const RECORDED: Record<string, { tuning: number; frozen: number }> = {
  pii: { tuning: 100, frozen: 100 },
  secrets: { tuning: 100, frozen: 100 },
  injection: { tuning: 100, frozen: 92.3 },
  groundedness: { tuning: 100, frozen: 93.3 },
  refusal: { tuning: 100, frozen: 96.3 },
}

for (const { name, half, score } of scoreAll()) {
  test(`${name} is as good as it was on the ${half} half`, () => {
    expect(score.f1 * 100).toBeGreaterThanOrEqual((RECORDED[name]?.[half] ?? 100) - 1)
  })
}
