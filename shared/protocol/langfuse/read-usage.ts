import { isRecord } from '../clean.ts'
import type { SaidObservation } from './said.ts'

type Json = Record<string, unknown>

/** Members of `usage` that count no tokens. */
const NO_COUNTS = new Set(['unit', 'inputCost', 'outputCost', 'totalCost'])

const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null

const holds = (value: unknown): value is Json =>
  isRecord(value) && Object.values(value).some((each) => each !== null && each !== undefined)

/**
 * The tokens of a generation, which its clients say twice: `usageDetails` are its buckets, `usage` the older form. What is
 * not counted in tokens is none.
 */
export function countsOf({ usage, usageDetails }: SaidObservation): Json | undefined {
  if (holds(usageDetails)) return usageDetails
  if (!holds(usage)) return undefined
  const { unit } = usage
  if (typeof unit === 'string' && unit !== '' && unit.toUpperCase() !== 'TOKENS') return undefined
  return Object.fromEntries(Object.entries(usage).filter(([name]) => !NO_COUNTS.has(name)))
}

const sum = (parts: (number | null)[]): number | undefined => {
  const known = parts.filter((part) => part !== null)
  return known.length === 0 ? undefined : known.reduce((total, part) => total + part, 0)
}

/** What it cost in dollars: the total that was said, else its parts together. */
export function costOf({ usage, costDetails }: SaidObservation): number | undefined {
  if (holds(costDetails)) {
    const { total, ...parts } = costDetails
    return numberOf(total) ?? sum(Object.values(parts).map(numberOf))
  }
  if (!holds(usage)) return undefined
  return numberOf(usage['totalCost']) ?? sum([numberOf(usage['inputCost']), numberOf(usage['outputCost'])])
}
