/**
 * A token is a whole number of 40 bits. Of a word: its first three letters, five bits each, then 24 bits of a hash of all of
 * it. Of two neighbours in a dense script: the top bit, then both. So all words with one beginning, and all pairs with one
 * first sign, stand side by side; a collision only costs a look at a text that does not match.
 */
const HASH_BITS = 24
const HASHES = 2 ** HASH_BITS
/** So many letters of a word stand in its token. */
export const LETTERS = 3
const DENSE_BIT = 2 ** 39
/** Its square fits 31 bits. */
const SIGNS = 46_340
const HANGUL = 0xac00
const HANGULS = 11_172
const HAN = 0x4e00
const HANS = 20_992
const OTHERS = SIGNS - 1 - HANGULS - HANS

/** From and to, both included. */
export type TokenRange = { from: number; to: number }

/** A letter in five bits; 0 is none. */
export function letterBits(code: number): number {
  if (code >= 97 && code <= 122) return code - 96
  return code >= 48 && code <= 57 ? 27 + ((code - 48) >> 1) : 1 + (code % 31)
}

/** One more code unit of a word, for its hash; the first comes on top of `HASH_START`. */
export const HASH_START = 0x811c_9dc5 | 0
export const hashNext = (hash: number, code: number): number => Math.imul(hash ^ code, 0x0100_0193)

/** The token of a word from its first letters (packed, filled up with zeros) and its hash. */
export function wordToken(letters: number, hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d)
  return letters * HASHES + (mixed >>> (32 - HASH_BITS))
}

function lettersOf(word: string): number {
  let letters = 0
  for (let at = 0; at < LETTERS; at++)
    letters = (letters << 5) | (at < word.length ? letterBits(word.charCodeAt(at)) : 0)
  return letters
}

/** The token of a folded word. */
export function tokenOf(word: string): number {
  let hash = HASH_START
  for (let at = 0; at < word.length; at++) hash = hashNext(hash, word.charCodeAt(at))
  return wordToken(lettersOf(word), hash)
}

/** The tokens of all words that begin so. */
export function prefixRange(word: string): TokenRange {
  const open = Math.max(0, LETTERS - word.length) * 5
  const first = lettersOf(word)
  return { from: first * HASHES, to: (first | ((1 << open) - 1)) * HASHES + HASHES - 1 }
}

function signNumber(code: number): number {
  const hangul = code - HANGUL
  if (hangul >= 0 && hangul < HANGULS) return 1 + hangul
  const han = code - HAN
  if (han >= 0 && han < HANS) return 1 + HANGULS + han
  return 1 + HANGULS + HANS + (code % OTHERS)
}

/** The token of two neighbours in a dense script; the last one's neighbour is 0. */
export const pairToken = (first: number, second: number): number =>
  DENSE_BIT + signNumber(first) * SIGNS + (second === 0 ? 0 : signNumber(second))

/** The tokens of all pairs that begin with a sign. */
export const signRange = (sign: number): TokenRange => {
  const from = DENSE_BIT + signNumber(sign) * SIGNS
  return { from, to: from + SIGNS - 1 }
}
