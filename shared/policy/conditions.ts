import { isRecord } from './read-path.ts'

/** The operators of the MVP's conditions, with Python's meaning where that meaning is sound. */
export const OPERATORS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'contains', 'in'] as const
export type Operator = (typeof OPERATORS)[number]

/** Says that two values cannot be compared; the condition is then false and the explanation has a line for it. */
export type Mismatch = (what: string) => void

const kind = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'list'
      : typeof value === 'object'
        ? 'object'
        : typeof value

/** Python compares `True` with 1, so a bool is the number it counts as. */
const plain = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value)

function equal(one: unknown, other: unknown): boolean {
  const [left, right] = [plain(one), plain(other)]
  if (left === right) return true
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => equal(item, right[at]))
  }
  if (!isRecord(left) || !isRecord(right)) return false
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equal(left[key], right[key]))
  )
}

/** Less than 0, 0 or more as the first comes before, with or after the second; null when they have no order. */
function order(one: unknown, other: unknown, mismatch: Mismatch): number | null {
  if (one === null) return null
  const [left, right] = [plain(one), plain(other)]
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  mismatch(`${kind(one)} has no order with ${kind(other)}`)
  return null
}

function contains(one: unknown, other: unknown, mismatch: Mismatch): boolean {
  if (one === null) return false
  if (typeof one !== 'string') {
    mismatch(`contains looks into text, and this is ${kind(one)}`)
    return false
  }
  if (typeof other === 'object' && other !== null) {
    mismatch(`contains looks for text, and the value is ${kind(other)}`)
    return false
  }
  const sought = other === null ? 'none' : String(other).toLowerCase()
  return one.toLowerCase().includes(sought)
}

function isIn(one: unknown, other: unknown, mismatch: Mismatch): boolean {
  if (Array.isArray(other)) return other.some((item) => equal(one, item))
  if (isRecord(other)) return typeof one === 'string' && Object.hasOwn(other, one)
  if (typeof other === 'string' && typeof one === 'string') return other.includes(one)
  if (one !== null || typeof other !== 'string') mismatch(`${kind(one)} cannot be in ${kind(other)}`)
  return false
}

type Test = (actual: unknown, expected: unknown, mismatch: Mismatch) => boolean

const ordered =
  (holds: (difference: number) => boolean): Test =>
  (actual, expected, mismatch) => {
    const difference = order(actual, expected, mismatch)
    return difference !== null && holds(difference)
  }

/** What each operator says of a value (null when missing) and the value of the condition. Never throws. */
export const TESTS: Record<Operator, Test> = {
  eq: (actual, expected) => equal(actual, expected),
  ne: (actual, expected) => !equal(actual, expected),
  lt: ordered((difference) => difference < 0),
  lte: ordered((difference) => difference <= 0),
  gt: ordered((difference) => difference > 0),
  gte: ordered((difference) => difference >= 0),
  contains,
  in: isIn,
}

export const isOperator = (value: unknown): value is Operator => OPERATORS.some((name) => name === value)
