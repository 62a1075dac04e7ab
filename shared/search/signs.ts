/** What a code unit of normal text is to a search: between words, of a word, or of a script that has no words. */
const GAP = 0
export const WORD = 1
/** Hangul, Han, kana, Thai, emoji and signs: searched anywhere, sign by sign. */
export const DENSE = 2
/** Normalising a text may change this code unit, or what stands around it. */
export const UNSTABLE = 4

const DENSE_RANGES: [from: number, to: number][] = [
  [0x0e00, 0x0eff],
  [0x1000, 0x109f],
  [0x1780, 0x17ff],
  [0x2e80, 0x2fff],
  [0x3005, 0x3007],
  [0x3021, 0xdfff],
  [0xf900, 0xfaff],
  [0xfe00, 0xfe0f],
]
const UNITS = 0x10000
const SURROGATES = 0xd800
const AFTER_SURROGATES = 0xe000

/** Above this bit of an entry stands the kind of a code unit, below it what it is folded to. */
export const KIND_SHIFT = 16

/** Entries of all code units; of `raw` text those that normalising may change are unstable besides. */
type Signs = { raw: Uint32Array; normal: Uint32Array }

function kindOf(code: number, sign: string): number {
  if (DENSE_RANGES.some(([from, to]) => code >= from && code <= to)) return DENSE
  if (/[\p{L}\p{N}\p{M}]/u.test(sign)) return WORD
  return code > 0x7f && /[\p{So}\p{Sm}\p{Sc}]/u.test(sign) ? DENSE : GAP
}

function isUnstable(code: number, sign: string): boolean {
  if (code < 0x80) return false
  const is_jamo = (code >= 0x1100 && code <= 0x11ff) || (code >= 0xd7b0 && code <= 0xd7ff)
  const is_surrogate = code >= SURROGATES && code < AFTER_SURROGATES
  return is_jamo || is_surrogate || /\p{M}/u.test(sign) || sign.normalize('NFKC') !== sign
}

const foldSigns = (text: string): string => text.replaceAll('İ', 'i').toLowerCase().replaceAll('ς', 'σ')

let made: Signs | null = null

/** The tables of all code units, made when they are first asked for. */
export function signTables(): Signs {
  if (made) return made
  const raw = new Uint32Array(UNITS)
  const normal = new Uint32Array(UNITS)
  for (let code = 0; code < UNITS; code++) {
    const sign = String.fromCharCode(code)
    const kind = kindOf(code, sign)
    const folded = foldSigns(sign).charCodeAt(0)
    normal[code] = (kind << KIND_SHIFT) | folded
    raw[code] = ((kind | (isUnstable(code, sign) ? UNSTABLE : 0)) << KIND_SHIFT) | folded
  }
  made = { raw, normal }
  return made
}

/** The kind of the code unit of normal text at a place; a gap beyond the ends. */
export const kindAt = (text: string, at: number): number =>
  (signTables().normal[text.charCodeAt(at)] ?? GAP) >>> KIND_SHIFT

const ASCII = /^[\0-\x7f]*$/

/** The form in which texts are compared, but for case: composed, wide or narrow letters as plain ones, no half of a pair. */
export const normalise = (text: string): string =>
  ASCII.test(text) ? text : text.toWellFormed().normalize('NFKC')

/** A normal text in lower case, each code unit in its place. */
export const foldCase = (normal: string): string =>
  /[\ud800-\udfff]/.test(normal) ? normal.replace(/[^\ud800-\udfff]+/g, foldSigns) : foldSigns(normal)
