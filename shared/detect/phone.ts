import type { Detector } from './detectors.ts'
import { findNumbers, matchAt } from './find-numbers.ts'

/** 8 to 15 digits (E.164) with at most three separators between two of them. */
const INTERNATIONAL = /\d(?:[ .()-]{0,3}\d){7,14}(?!\d)/y

/** Korean mobile (010…), Seoul (02), provinces (031 to 064), internet (070) and virtual numbers (050x). */
const KOREAN = /0(?:1[016789]|2|[3-6][1-5]|70|50\d)[ .)-]{0,2}\d{3,4}[ .-]?\d{4}(?!\d)/y

const PLUS = 0x2b

/** Telephone numbers: international ones with their +, and Korean ones as they are dialled at home. */
export const phone: Detector = {
  name: 'phone',
  find: (text) =>
    findNumbers(text, (_, at) => {
      const is_international = text.charCodeAt(at - 1) === PLUS
      const found = matchAt(is_international ? INTERNATIONAL : KOREAN, text, at)
      return found === null ? null : { start: is_international ? at - 1 : at, end: at + found.length }
    }),
}
