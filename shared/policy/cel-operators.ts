import type { Run } from './read-path.ts'
import { MISSING } from './unknown.ts'

/** An operator over two known values. */
export type Binary = (one: unknown, other: unknown, run: Run) => unknown

const HOLDS = {
  '<': (one: number | string, other: number | string) => one < other,
  '<=': (one: number | string, other: number | string) => one <= other,
  '>': (one: number | string, other: number | string) => one > other,
  '>=': (one: number | string, other: number | string) => one >= other,
}

const kind = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value)

/** Order of two numbers or two texts; anything else is a mismatch, and then missing. */
export function compare(sign: keyof typeof HOLDS): Binary {
  const holds = HOLDS[sign]
  return (one, other, run) => {
    if (typeof one === 'number' && typeof other === 'number') return holds(one, other)
    if (typeof one === 'string' && typeof other === 'string') return holds(one, other)
    run.mismatches.push(`${kind(one)} ${sign} ${kind(other)}`)
    return MISSING
  }
}

const COUNT = {
  '+': (one: number, other: number) => one + other,
  '-': (one: number, other: number) => one - other,
  '*': (one: number, other: number) => one * other,
  '/': (one: number, other: number) => one / other,
  '%': (one: number, other: number) => one % other,
}

/** Arithmetic on numbers, which are all doubles here; `+` also joins text. A result that is no number is missing. */
export function arithmetic(sign: keyof typeof COUNT): Binary {
  const count = COUNT[sign]
  return (one, other, run) => {
    if (sign === '+' && typeof one === 'string' && typeof other === 'string') return one + other
    if (typeof one === 'number' && typeof other === 'number') {
      const result = count(one, other)
      if (Number.isFinite(result)) return result
    }
    run.mismatches.push(`${kind(one)} ${sign} ${kind(other)}`)
    return MISSING
  }
}
