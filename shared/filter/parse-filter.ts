import type { Scope } from '../search/term.ts'
import { statusCode, statusName } from '../schema/status.ts'
import { readRange } from './amounts.ts'
import {
  FEATURES,
  FIELD_NAMES,
  fieldOf,
  scopeOf,
  isAmountField,
  isFeature,
  STATES,
  type AmountField,
  type Feature,
  type TextField,
} from './fields.ts'
import { nearest } from './nearest.ts'
import { isMissing, patternOf, readWords, textOf, type Word } from './read-words.ts'
import { MOST_TERMS, MOST_VALUES, type Fault, type Pattern, type Range, type Term } from './term.ts'

/** A filter as it was understood, the text that was read, and what in it was not understood. */
export type Parsed = { text: string; terms: Term[]; faults: Fault[] }

type Read = { term: Term } | { fault: Fault }

const fault = (word: Word, code: Fault['code'], said: string, near: string | null = null): Read => ({
  fault: { code, from: word.from, to: word.to, word: said, near },
})

function readStates(word: Word, values: Pattern[]): Read {
  const read: Pattern[] = []
  for (const pieces of values) {
    const said = pieces.join('*')
    const lower = said.toLowerCase()
    const code = statusCode(said)
    if (pieces.length > 1 || (lower !== 'stale' && code === null))
      return fault(word, 'bad_status', said, nearest(said, STATES))
    read.push([lower === 'stale' ? lower : statusName(code)])
  }
  return { term: { kind: 'is', negated: word.negated, field: 'status', values: read } }
}

function readTexts(word: Word, field: TextField): Read {
  const values = word.values.map(patternOf)
  if (field === 'status') return readStates(word, values)
  return { term: { kind: 'is', negated: word.negated, field, values } }
}

function readAmounts(word: Word, field: AmountField): Read {
  const ranges: Range[] = []
  for (const parts of word.values) {
    const range = readRange(field, textOf(parts))
    if (range === 'backwards') return fault(word, 'bad_range', textOf(parts))
    if (range === null) return fault(word, 'bad_amount', textOf(parts), field)
    ranges.push(range)
  }
  return { term: { kind: 'amount', negated: word.negated, field, ranges } }
}

function readFeatures(word: Word): Read {
  const features: Feature[] = []
  for (const parts of word.values) {
    const name = textOf(parts).toLowerCase()
    if (!isFeature(name)) return fault(word, 'bad_feature', textOf(parts), nearest(name, FEATURES))
    features.push(name)
  }
  return { term: { kind: 'has', negated: word.negated, features } }
}

/** A word or phrase; a star after it that is not in quotes lets its last word go on. */
function readText({ negated, values }: Word, scope: Scope | null): Read | null {
  const parts = values.flatMap((value, at) => (at === 0 ? value : [{ text: ',', quoted: false }, ...value]))
  const text = textOf(parts)
  const stem = text.slice(0, -1)
  const is_open = text.endsWith('*') && parts.at(-1)?.quoted === false && stem.trim() !== ''
  if (text === '') return null
  const said = { kind: 'text', negated, text: is_open ? stem : text } as const
  return { term: { ...said, ...(scope ? { scope } : {}), ...(is_open ? { prefix: true } : {}) } }
}

function readTerm(word: Word): Read | null {
  if (word.field === null) return readText(word, null)
  const scope = scopeOf(word.field)
  if (scope !== null) return readText(word, scope) ?? fault(word, 'no_value', word.field)
  const field = fieldOf(word.field)
  if (field === null) return fault(word, 'unknown_field', word.field, nearest(word.field, FIELD_NAMES))
  if (word.values.some(isMissing)) return fault(word, 'no_value', word.field)
  if (word.values.length > MOST_VALUES) return fault(word, 'too_many', word.field)
  if (field === 'has') return readFeatures(word)
  return isAmountField(field) ? readAmounts(word, field) : readTexts(word, field)
}

/**
 * Reads a filter as a person writes it: `status:error latency:>2s model:gpt-4.1* -env:dev "refund policy"`. All words
 * hold together, commas make alternatives, a minus turns a condition round.
 */
export function parseFilter(source: string): Parsed {
  const text = source.normalize('NFC')
  const { words, faults } = readWords(text)
  const terms: Term[] = []
  for (const word of words) {
    const read = readTerm(word)
    if (read === null) continue
    if ('fault' in read) faults.push(read.fault)
    else terms.push(read.term)
  }
  const last = words[MOST_TERMS]
  if (last) faults.push({ code: 'too_many', from: last.from, to: text.length, word: last.raw, near: null })
  return { text, terms, faults: faults.toSorted((a, b) => a.from - b.from) }
}
