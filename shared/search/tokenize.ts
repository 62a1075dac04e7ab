import { LONGEST_IDENTIFIER, partsOf } from './identifier.ts'
import { DENSE, foldCase, KIND_SHIFT, normalise, signTables, UNSTABLE, WORD } from './signs.ts'
import { HASH_START, hashNext, LETTERS, letterBits, pairToken, tokenOf, wordToken } from './tokens.ts'

const FOLDED = (1 << KIND_SHIFT) - 1

/** Tokens of texts, one after the other; some come more than once. */
export class TokenList {
  tokens = new Float64Array(4096)
  count = 0

  add(token: number): void {
    if (this.count === this.tokens.length) {
      const grown = new Float64Array(this.tokens.length * 2)
      grown.set(this.tokens)
      this.tokens = grown
    }
    this.tokens[this.count++] = token
  }
}

/** The words inside an identifier of mixed case. */
function addParts(run: string, list: TokenList): void {
  const ends = partsOf(run)
  if (!ends) return
  const folded = foldCase(run)
  for (let at = 1; at < ends.length; at++) list.add(tokenOf(folded.slice(ends[at - 1], ends[at])))
}

/** The first letters of a word, from its folded ones. */
function lettersAt(text: string, from: number, to: number, signs: Uint32Array): number {
  let letters = 0
  for (let at = from; at < from + LETTERS; at++)
    letters = (letters << 5) | (at < to ? letterBits((signs[text.charCodeAt(at)] ?? 0) & FOLDED) : 0)
  return letters
}

/** Adds a word that begins at a place, and gives its end. */
function addWord(text: string, start: number, signs: Uint32Array, list: TokenList): number {
  const { length } = text
  let hash = HASH_START
  let changed = 0
  let at = start
  for (; at < length; at++) {
    const code = text.charCodeAt(at) | 0
    const sign = signs[code] ?? 0
    if (sign >>> KIND_SHIFT !== WORD) break
    const folded = sign & FOLDED
    if (folded !== code) changed = at
    hash = hashNext(hash, folded)
  }
  list.add(wordToken(lettersAt(text, start, at, signs), hash))
  if (changed > start && at - start <= LONGEST_IDENTIFIER) addParts(text.slice(start, at), list)
  return at
}

/** Adds the pairs of a run without words, and gives its end. */
function addSigns(text: string, start: number, signs: Uint32Array, list: TokenList): number {
  const { length } = text
  let before = (signs[text.charCodeAt(start)] ?? 0) & FOLDED
  let at = start + 1
  for (; at < length; at++) {
    const sign = signs[text.charCodeAt(at)] ?? 0
    if (sign >>> KIND_SHIFT !== DENSE) break
    list.add(pairToken(before, sign & FOLDED))
    before = sign & FOLDED
  }
  list.add(pairToken(before, 0))
  return at
}

/** Adds the tokens of a text, until a sign is marked as unstable: then false. */
function walk(text: string, signs: Uint32Array, list: TokenList): boolean {
  const { length } = text
  let at = 0
  while (at < length) {
    const kind = (signs[text.charCodeAt(at)] ?? 0) >>> KIND_SHIFT
    if (kind === WORD) at = addWord(text, at, signs, list)
    else if (kind === DENSE) at = addSigns(text, at, signs, list)
    else if (kind >= UNSTABLE) return false
    else at++
  }
  return true
}

/** Adds every token of a text to a list. */
export function tokenize(text: string, list: TokenList): void {
  const { raw, normal } = signTables()
  if (!walk(text, raw, list)) walk(normalise(text), normal, list)
}
