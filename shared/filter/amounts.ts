import { AMOUNT_FIELDS, type AmountField } from './fields.ts'
import type { Range } from './term.ts'

const AMOUNT = /^\$?(\d{1,15})(\.\d{1,9})?([a-zµ]*)$/i
const COMPARED = /^(>=|<=|>|<|=)?(.+)$/s

/** Only whole numbers of the smallest unit; null when it is no amount of this field. */
function readAmount(field: AmountField, text: string): number | null {
  const [, digits, fraction = '', unit = ''] = AMOUNT.exec(text) ?? []
  if (digits === undefined || (text.startsWith('$') && field !== 'cost')) return null
  const units: Record<string, number> = AMOUNT_FIELDS[field]
  const named = unit.toLowerCase().replace('µ', 'u')
  const size = Object.hasOwn(units, named) ? units[named] : undefined
  if (size === undefined) return null
  const amount = Number(digits) * size + Math.round(Number(`0${fraction}`) * size)
  return Number.isSafeInteger(amount) ? amount : null
}

const between = (min: number | null, max: number | null, min_open = false, max_open = false): Range => ({
  ...{ min, max, min_open, max_open },
})

/** `>2s`, `<=100`, `1s..5s`, `1s..`, `0`; null when it is none of them, or ends before it begins. */
export function readRange(field: AmountField, text: string): Range | null | 'backwards' {
  const [low, high, ...rest] = text.split('..')
  if (high !== undefined && low !== undefined) {
    const [min, max] = [low, high].map((side) => (side === '' ? undefined : readAmount(field, side)))
    if (rest.length > 0 || min === null || max === null || (min === undefined && max === undefined))
      return null
    if (min !== undefined && max !== undefined && min > max) return 'backwards'
    return between(min ?? null, max ?? null)
  }
  const [, sign = '=', said = ''] = COMPARED.exec(text) ?? []
  const amount = readAmount(field, said)
  if (amount === null) return null
  if (sign.startsWith('>')) return between(amount, null, sign === '>')
  if (sign.startsWith('<')) return between(null, amount, false, sign === '<')
  return between(amount, amount)
}

/** Whole numbers only, so that nothing is lost on the way to the text and back. */
function decimals(amount: number, size: number): string {
  const rest = String(amount % size)
    .padStart(String(size).length - 1, '0')
    .replace(/0+$/, '')
  return `${Math.floor(amount / size)}${rest && '.'}${rest}`
}

/** An amount in the unit that says it shortest; read again it is the same. */
function printAmount(field: AmountField, amount: number): string {
  if (field === 'cost') return decimals(amount, 1_000_000_000)
  if (field !== 'latency') return String(amount)
  if (amount % 1000 !== 0) return `${amount}us`
  return amount < 1_000_000 ? `${amount / 1000}ms` : `${decimals(amount, 1_000_000)}s`
}

/** A range as it is written. */
export function printRange(field: AmountField, { min, max, min_open, max_open }: Range): string {
  const print = (amount: number) => printAmount(field, amount)
  if (min !== null && max !== null) return min === max ? print(min) : `${print(min)}..${print(max)}`
  if (min !== null) return `${min_open ? '>' : '>='}${print(min)}`
  return max === null ? '' : `${max_open ? '<' : '<='}${print(max)}`
}
