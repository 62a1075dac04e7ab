import type { Scope } from '../search/term.ts'
import type { AmountField, Feature, TextField } from './fields.ts'

/** A text with gaps: between two pieces may stand anything. One piece alone is the text itself. */
export type Pattern = string[]

/** From `min` to `max`, both in the smallest unit of the field; null is no bound. */
export type Range = { min: number | null; max: number | null; min_open: boolean; max_open: boolean }

/** A word or phrase: anywhere, or in one part of what a span says. With `prefix` its last word may go on. */
export type TextTerm = { kind: 'text'; negated: boolean; text: string; scope?: Scope; prefix?: true }

/** One condition; all conditions of a filter hold together, the values within one are alternatives. */
export type Term =
  | TextTerm
  | { kind: 'is'; negated: boolean; field: TextField; values: Pattern[] }
  | { kind: 'amount'; negated: boolean; field: AmountField; ranges: Range[] }
  | { kind: 'has'; negated: boolean; features: Feature[] }

/** What is wrong with a filter, from where to where in its text, and what was probably meant. */
export type Fault = {
  code:
    | 'unknown_field'
    | 'no_value'
    | 'open_quote'
    | 'bad_status'
    | 'bad_amount'
    | 'bad_range'
    | 'bad_feature'
    | 'too_many'
  from: number
  to: number
  word: string
  near: string | null
}

/** At most so many conditions make one filter, and so many alternatives one condition. */
export const MOST_TERMS = 40
export const MOST_VALUES = 50
