import type { Detector } from './detectors.ts'
import { findNumbers } from './find-numbers.ts'

const SHORTEST = 13
const LONGEST = 19
const DIGIT = /\d/
/** With what the numbers of card networks begin; times in milliseconds begin with 1. */
const FIRST = /[2-6]/

const doubled = (digit: number): number => (digit > 4 ? digit * 2 - 9 : digit * 2)

/**
 * The end of the longest run of 13 to 19 digits from here, single spaces and hyphens between them, that passes Luhn's
 * check and is not followed by a digit. Both parities are summed on the way, so each digit is looked at once.
 */
function endOf(text: string, at: number): number | null {
  if (!FIRST.test(text[at] ?? '')) return null
  let end: number | null = null
  let count = 0
  // Sums with the digits at even places doubled, and with those at odd places.
  let [even, odd] = [0, 0]
  for (let next = at; count < LONGEST; next++) {
    const sign = text[next] ?? ''
    if (!DIGIT.test(sign)) {
      if ((sign === ' ' || sign === '-') && DIGIT.test(text[next + 1] ?? '')) continue
      break
    }
    const digit = Number(sign)
    even += count % 2 === 0 ? doubled(digit) : digit
    odd += count % 2 === 0 ? digit : doubled(digit)
    count++
    // The last digit is never doubled.
    const sum = count % 2 === 0 ? even : odd
    if (count >= SHORTEST && sum > 0 && sum % 10 === 0 && !DIGIT.test(text[next + 1] ?? '')) end = next + 1
  }
  return end
}

/** Numbers of payment cards. */
export const card: Detector = {
  name: 'card',
  find: (text) =>
    findNumbers(text, (_, at) => {
      const end = endOf(text, at)
      return end === null ? null : { start: at, end }
    }),
}
