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

test('docs/signals.md shows what is measured', async () => {
  const page = await Bun.file(new URL('../../docs/signals.md', import.meta.url)).text()
  const rows = [...page.matchAll(/^\| \w+ \| (?:tuning|frozen) \|.*$/gm)].map(([row]) => row)
  const percent = (share: number) => (share * 100).toFixed(1)
  const measured = scoreAll().map(({ name, half, examples, score }) => {
    const figures = [score.precision, score.recall, score.f1].map(percent)
    return `| ${[name, half, examples, ...figures].join(' | ')} |`
  })
  expect(rows).toEqual(measured)
})
