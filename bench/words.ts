/** A small seeded generator (xorshift32), so that two runs make the same texts. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4_294_967_296
  }
}

const CORPUS_WORDS = 500_000
const SYLLABLES =
  'ka to mi ra ne so lu vi den par con ter ment ing ed re tion al is ver qua pro ex ate ly im on'.split(' ')

/** Skewed words, which compress about as badly as real text. */
function makeCorpus(): string {
  const roll = dice(12_345)
  const pick = (list: string[], skew: number) => list[Math.floor(roll() ** skew * list.length)] ?? ''
  const words = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 1 + Math.floor(roll() * 4) }, () => pick(SYLLABLES, 1)).join(''),
  )
  return Array.from({ length: CORPUS_WORDS }, () => pick(words, 3)).join(' ')
}

let corpus = ''

/** Some text of this many characters, from anywhere in a few megabytes that are made once. */
export function text(roll: () => number, length: number): string {
  corpus ||= makeCorpus()
  const from = Math.floor(roll() * (corpus.length - length))
  return corpus.slice(from, from + length)
}
