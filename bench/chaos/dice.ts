/** Chance that repeats itself: the same seed gives the same throws. */
export type Dice = {
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number
  chance(part: number): boolean
  shuffle<T>(list: readonly T[]): T[]
}

/** Dice of a seed (mulberry32). */
export function dice(seed: number): Dice {
  let state = seed | 0
  function real(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    whole: (least, most) => least + Math.floor(real() * (most - least + 1)),
    chance: (part) => real() < part,
    shuffle: (list) =>
      list
        .map((item) => ({ item, place: real() }))
        .toSorted((one, other) => one.place - other.place)
        .map(({ item }) => item),
  }
}
