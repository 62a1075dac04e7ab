import type { Fault, Pattern } from './term.ts'

/** A piece of a word: in quotes everything stands for itself. */
type Part = { text: string; quoted: boolean }

/** What stands between two spaces: `-field:value,value` or a text. */
export type Word = {
  from: number
  to: number
  negated: boolean
  /** What stands before the first colon outside quotes; null when nothing does. */
  field: string | null
  values: Part[][]
  /** The word as it stands there, without its minus. */
  raw: string
}

const SPACE = /\s/u
const FIELD = /^[\p{L}_]+$/u

type Read = { words: Word[]; faults: Fault[] }

/** The part in quotes that begins at `at`, and where it ends; null when it never does. */
function readQuoted(source: string, at: number): { text: string; end: number } | null {
  let text = ''
  for (let i = at + 1; i < source.length; i++) {
    const character = source[i] ?? ''
    if (character === '"') return { text, end: i + 1 }
    if (character === '\\' && (source[i + 1] === '"' || source[i + 1] === '\\')) text += source[++i] ?? ''
    else text += character
  }
  return null
}

const isField = (source: string, from: number, colon: number) =>
  FIELD.test(source.slice(from, colon)) && !source.startsWith('//', colon + 1)

/** One word from `start` on; a quote that is never closed ends the reading. */
function readWord(source: string, start: number): { word: Word; fault: Fault | null } {
  const negated = source[start] === '-' && start + 1 < source.length && !SPACE.test(source[start + 1] ?? ' ')
  const begin = negated ? start + 1 : start
  const word: Word = { from: start, to: start, negated, field: null, values: [[]], raw: '' }
  let parts = word.values[0] ?? []
  const add = (text: string, quoted: boolean) => {
    const last = parts.at(-1)
    if (last && last.quoted === quoted && !quoted) last.text += text
    else parts.push({ text, quoted })
  }
  let at = begin
  let fault: Fault | null = null
  while (at < source.length && !SPACE.test(source[at] ?? '')) {
    const character = source[at] ?? ''
    if (character === '"') {
      const quoted = readQuoted(source, at)
      if (!quoted) {
        fault = { code: 'open_quote', from: at, to: source.length, word: source.slice(at), near: null }
        at = source.length
        break
      }
      add(quoted.text, true)
      at = quoted.end
    } else if (character === ':' && word.field === null && isField(source, begin, at)) {
      word.field = source.slice(begin, at)
      parts = []
      word.values = [parts]
      at++
    } else if (character === ',' && word.field !== null) {
      parts = []
      word.values.push(parts)
      at++
    } else {
      add(character, false)
      at++
    }
  }
  word.to = at
  word.raw = source.slice(begin, at)
  return { word, fault }
}

/** Cuts a filter at its spaces; quotes hold words together. */
export function readWords(source: string): Read {
  const read: Read = { words: [], faults: [] }
  let at = 0
  while (at < source.length) {
    if (SPACE.test(source[at] ?? '')) {
      at++
      continue
    }
    const { word, fault } = readWord(source, at)
    if (fault) read.faults.push(fault)
    else read.words.push(word)
    at = word.to
  }
  return read
}

export const textOf = (parts: Part[]): string => parts.map(({ text }) => text).join('')

/** A value with its stars as gaps; those in quotes are stars. */
export function patternOf(parts: Part[]): Pattern {
  const pieces = ['']
  for (const { text, quoted } of parts) {
    const [first = '', ...rest] = quoted ? [text] : text.split('*')
    pieces.push((pieces.pop() ?? '') + first, ...rest)
  }
  return pieces.filter((piece, at) => piece !== '' || at === 0 || at === pieces.length - 1)
}

/** Whether a value has nothing in it, not even empty quotes. */
export const isMissing = (parts: Part[]): boolean => parts.every(({ text }) => text === '')
