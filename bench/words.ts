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

const PARTICLES = ['이', '가', '은', '는', '을', '를', '에서', '으로', '', '', '했습니다', '하는']
const KOREAN_WORDS = 200_000

/** Words of two to four syllables with what Korean puts behind them, as skewed. */
function makeKorean(): string {
  const roll = dice(67_890)
  const pick = <T>(list: T[], skew: number) => list[Math.floor(roll() ** skew * list.length)] as T
  const syllables = Array.from({ length: 600 }, () =>
    String.fromCharCode(0xac00 + Math.floor(roll() * 11_172)),
  )
  const words = Array.from({ length: 12_000 }, () =>
    Array.from({ length: 2 + Math.floor(roll() * 3) }, () => pick(syllables, 1.5)).join(''),
  )
  return Array.from({ length: KOREAN_WORDS }, () => pick(words, 3) + pick(PARTICLES, 1)).join(' ')
}

let corpus = ''
let korean = ''

/** The same in Korean, of about as many bytes. */
export function koreanText(roll: () => number, bytes: number): string {
  korean ||= makeKorean()
  const length = Math.floor(bytes / 2.5)
  const from = Math.floor(roll() * (korean.length - length))
  return korean.slice(from, from + length)
}

/** Words that stand in few texts: with so many traces each in about ten. */
export const rareWord = (roll: () => number, traces: number): string =>
  `zeph${Math.floor((roll() * traces) / 10).toString(36)}`

/** All words of both, one after the other as they stand in the texts. */
export function allWords(): { latin: string[]; korean: string[] } {
  corpus ||= makeCorpus()
  korean ||= makeKorean()
  return { latin: corpus.split(' '), korean: korean.split(' ') }
}

/** Some text of this many characters, from anywhere in a few megabytes that are made once. */
export function text(roll: () => number, length: number): string {
  corpus ||= makeCorpus()
  const from = Math.floor(roll() * (corpus.length - length))
  return corpus.slice(from, from + length)
}
