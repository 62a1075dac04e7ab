import { LONGEST_IDENTIFIER, partsOf } from './identifier.ts'
import { foldCase, kindAt, normalise, WORD } from './signs.ts'

/** Where a term stands in a text, in code units of its normal form. */
export type Range = { from: number; to: number }

/** A text as it is searched: normal, and the same in lower case, unit by unit. */
export type Searchable = { normal: string; folded: string }

/** Finds a term in a text from a place on. */
export type Finder = (text: Searchable, from: number) => Range | null

export function searchable(text: string): Searchable {
  const normal = normalise(text)
  return { normal, folded: foldCase(normal) }
}

const escape = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)

/** The end of the run of letters and digits around a place, or one past what an identifier may have. */
function runEnd(text: string, at: number): number {
  let end = at
  while (end - at <= LONGEST_IDENTIFIER && kindAt(text, end) === WORD) end++
  return end
}

function runStart(text: string, at: number): number {
  let start = at
  while (at - start <= LONGEST_IDENTIFIER && kindAt(text, start - 1) === WORD) start--
  return start
}

function isCapital(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code < 0x80 ? code >= 0x41 && code <= 0x5a : /\p{Lu}/u.test(text.charAt(at))
}

/** Whether this part of a run of letters is the whole run, or one of the words of an identifier. */
function isWord(text: string, { from, to }: Range, is_open: boolean): boolean {
  const starts_run = kindAt(text, from - 1) !== WORD
  const ends_run = kindAt(text, to) !== WORD
  if (starts_run && (ends_run || is_open)) return true
  // Inside a run a word begins with a capital, and so does the one after it.
  if (!starts_run && !isCapital(text, from)) return false
  if (!ends_run && !is_open && !isCapital(text, to)) return false
  const start = runStart(text, from)
  const ends = partsOf(text.slice(start, runEnd(text, from)))
  if (!ends) return false
  const part = ends.indexOf(from - start)
  const end = start + (ends[part + 1] ?? 0)
  return part !== -1 && (end === to || (is_open && end > to))
}

/** How many units of a text, from its start or its end, are one word. */
const wordAtStart = (text: string): number => {
  let length = 0
  while (length < text.length && kindAt(text, length) === WORD) length++
  return length
}
const wordAtEnd = (text: string): number => {
  let length = 0
  while (length < text.length && kindAt(text, text.length - 1 - length) === WORD) length++
  return length
}

/**
 * A finder of the places where a text stands word for word: in any case, any space for a space, beginning and ending with
 * whole words. With `prefix` the last word may go on. Scripts without words are found anywhere.
 */
export function finderOf({ text, prefix }: { text: string; prefix: boolean }): Finder {
  const folded = foldCase(normalise(text)).trim()
  const pattern = new RegExp(
    folded
      .split(/\s+/)
      .map(escape)
      .join(String.raw`\s+`),
    'g',
  )
  const first = wordAtStart(folded)
  const last = wordAtEnd(folded)
  const is_one = first === folded.length
  return ({ normal, folded: said }, from) => {
    pattern.lastIndex = from
    for (let found = pattern.exec(said); found; found = pattern.exec(said)) {
      const range = { from: found.index, to: found.index + found[0].length }
      const starts =
        first === 0 || isWord(normal, { from: range.from, to: range.from + first }, is_one && prefix)
      const ends = is_one || last === 0 || isWord(normal, { from: range.to - last, to: range.to }, prefix)
      if (starts && ends) return range
      pattern.lastIndex = found.index + 1
    }
    return null
  }
}
