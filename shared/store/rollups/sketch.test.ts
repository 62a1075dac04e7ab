import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { bucketOf, Sketch } from './sketch.ts'

const QUANTILES = [0, 0.5, 0.95, 0.99, 1]
/** From a microsecond to a year, spread evenly over the orders of magnitude. */
const durations = fc.array(
  fc.double({ min: 0, max: 31, noNaN: true }).map((log) => Math.round(Math.exp(log))),
  { minLength: 1, maxLength: 300 },
)

function sketchOf(all: number[]): Sketch {
  const sketch = new Sketch()
  for (const micros of all) sketch.add(bucketOf(micros), 1)
  return sketch
}

const quantilesOf = (sketch: Sketch) => QUANTILES.map((q) => sketch.quantile(q))

test('every quantile is within 1 % of the exact one', () => {
  fc.assert(
    fc.property(durations, (all) => {
      const sketch = sketchOf(all)
      const sorted = all.toSorted((a, b) => a - b)
      for (const q of QUANTILES) {
        const exact = sorted[Math.floor(q * (sorted.length - 1))] ?? 0
        expect(Math.abs((sketch.quantile(q) ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.0101)
      }
    }),
  )
})

test('merged, or packed and merged, it is the sketch of all', () => {
  fc.assert(
    fc.property(durations, durations, (some, others) => {
      const all = quantilesOf(sketchOf([...some, ...others]))
      const merged = sketchOf(some)
      merged.merge(sketchOf(others))
      expect(quantilesOf(merged)).toEqual(all)
      const unpacked = new Sketch()
      unpacked.mergePacked(sketchOf(some).pack())
      unpacked.mergePacked(sketchOf(others).pack())
      expect(quantilesOf(unpacked)).toEqual(all)
      expect(unpacked.total).toBe(some.length + others.length)
    }),
  )
})

test('those over a limit are counted, but for the ones within 2 % of it', () => {
  fc.assert(
    fc.property(durations, fc.integer({ min: 1, max: 1e9 }), (all, limit) => {
      const over = sketchOf(all).countOver(limit)
      expect(over).toBeLessThanOrEqual(all.filter((micros) => micros > limit).length)
      expect(over).toBeGreaterThanOrEqual(all.filter((micros) => micros > limit * 1.0203).length)
    }),
  )
})

test('counts above 127 survive packing', () => {
  const sketch = new Sketch()
  sketch.add(3, 100_000)
  sketch.add(1000, 128)
  const unpacked = new Sketch()
  unpacked.mergePacked(sketch.pack())
  expect(unpacked.total).toBe(100_128)
  expect(unpacked.quantile(0.5)).toBe(sketch.quantile(0.5))
})

test('without a duration there is no quantile; none at all is zero', () => {
  expect(new Sketch().quantile(0.5)).toBeNull()
  expect(sketchOf([0]).quantile(0.5)).toBe(0)
})
