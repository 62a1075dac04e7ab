import type { Detector } from './detectors.ts'
import { findNumbers, matchAt } from './find-numbers.ts'

const SHAPE = /\d{6} ?[-–]? ?[1-8]\d{6}(?!\d)/y
const WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]
/** Since October 2020 all but the first digit after the birthday are drawn by lot. */
const WITHOUT_CHECKSUM = 202_010

function isBirthday(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

/** A Korean resident registration number, or a foreigner's (5 to 8), by its birthday and its check digit. */
function isValid(shape: string): boolean {
  const digits = shape.replaceAll(/\D/g, '')
  const [year, month, day] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2)))
  const kind = Number(digits[6])
  if (year === undefined || month === undefined || day === undefined || !isBirthday(month, day)) return false
  const century = [3, 4, 7, 8].includes(kind) ? 2000 : 1900
  if ((century + year) * 100 + month >= WITHOUT_CHECKSUM) return true
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(digits[index]), 0)
  const base = kind >= 5 ? 13 : 11
  return (base - (sum % 11)) % 10 === Number(digits[12])
}

/** Korean resident registration numbers, like 900101-1234567. */
export const rrn: Detector = {
  name: 'rrn',
  find: (text) =>
    findNumbers(text, (_, at) => {
      const shape = matchAt(SHAPE, text, at)
      return shape !== null && isValid(shape) ? { start: at, end: at + shape.length } : null
    }),
}
