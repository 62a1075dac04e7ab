import { createHash } from 'node:crypto'

/** Chance that repeats itself: the same words give the same throws, on every machine. */
export type Dice = {
  /** From 0 up to, not including, 1. */
  real(): number
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number
  chance(part: number): boolean
  pick<T>(list: readonly T[]): T
  shuffle<T>(list: readonly T[]): T[]
  /** Around `middle`, as times are: mostly near it, now and then far above. */
  around(middle: number): number
}

/** Dice that are thrown for these words (sfc32 over their SHA-256). */
export function dice(words: string): Dice {
  const seed = createHash('sha256').update(words).digest()
  let [a, b, c, d] = [seed.readInt32LE(0), seed.readInt32LE(4), seed.readInt32LE(8), seed.readInt32LE(12) | 1]

  function real(): number {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }
  const whole = (least: number, most: number) => least + Math.floor(real() * (most - least + 1))

  function pick<T>(list: readonly T[]): T {
    const item = list[whole(0, list.length - 1)]
    if (item === undefined) throw new RangeError('Nothing to pick from')
    return item
  }
  const shuffle = <T>(list: readonly T[]): T[] =>
    list
      .map((item) => ({ item, place: real() }))
      .toSorted((one, other) => one.place - other.place)
      .map(({ item }) => item)

  return {
    real,
    whole,
    pick,
    shuffle,
    chance: (part) => real() < part,
    around: (middle) => middle * Math.exp((real() + real() + real() - 1.5) * 0.7),
  }
}

/** A UUID that belongs to these words. */
export function idOf(words: string): string {
  const hash = createHash('sha256').update(words).digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x40
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex', 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
