import type { Catalogue, CatalogueType } from './catalogue-types.ts'
import type { Bound } from './check-ranges.ts'
import type { Condition } from './compile-condition.ts'

const SIGNS: Record<string, Bound['sign']> = { lt: '<', lte: '<=', gt: '>', gte: '>=', eq: '==' }

/** The comparison with a number that a condition of the MVP's form is, if it is one. */
export function boundOfCondition({ field, op, value }: Condition): Bound | null {
  const sign = Object.hasOwn(SIGNS, op) ? SIGNS[op] : undefined
  return sign && typeof value === 'number' ? { path: field, sign, value } : null
}

/** Types that `lt` and its like can put in an order with a number; a bool is 0 or 1, as in Python. */
const COUNTED = new Set<CatalogueType>(['int', 'double', 'bool'])

const isCounted = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean'

/** Why a condition of the MVP's form can never be true of the type that its field has; null when it can. */
export function typeFault({ field, op, value }: Condition, catalogue: Catalogue): string | null {
  if (op === 'in' && (typeof value !== 'object' || value === null) && typeof value !== 'string')
    return '`in` looks into a list, and `value` is none'
  const type = catalogue.find(({ name }) => name === field)?.type
  if (type === undefined || type === 'dyn') return null
  if (op === 'contains') return type === 'string' ? null : `contains looks into text, and ${field} is ${type}`
  if (op === 'in' || op === 'eq' || op === 'ne') return null
  const fits = COUNTED.has(type) ? isCounted(value) : type === 'string' && typeof value === 'string'
  return fits ? null : `${field} is ${type}, which has no order with this value`
}
