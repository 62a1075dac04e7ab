import { MISSING, PENDING, Unknown } from './unknown.ts'

/** What one run of the rules carries along. `asked` collects what is pending and was read. */
export type Run = {
  readonly roots: Readonly<Record<string, unknown>>
  readonly asked: string[]
  readonly mismatches: string[]
  readonly locals: unknown[]
  steps: number
}

export type Read = (run: Run) => unknown

/** Most elements that `exists` and `all` look at in one run: what bounds the time of a policy. */
export const MOST_STEPS = 10_000

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown)

/** A value as JSON would hand it back, so that a replay from what is stored reads the same. */
export const settled = (value: unknown): unknown => {
  if (value === undefined) return MISSING
  return typeof value === 'number' && !Number.isFinite(value) ? null : value
}

/** Reads a path through plain objects, own members only; what is not there is missing. */
export function readPath(run: Run, path: readonly string[]): unknown {
  let value: unknown = run.roots
  for (let at = 0; at < path.length; at++) {
    const key = path[at] ?? ''
    if (!isRecord(value) || !Object.hasOwn(value, key)) return MISSING
    value = value[key]
    if (value instanceof Unknown) {
      if (value === PENDING) run.asked.push(path.slice(0, at + 1).join('.'))
      return value
    }
  }
  return settled(value)
}

/** Equality of JSON values: numbers by value, lists and objects by what is in them. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => sameValue(item, other[at]))
  }
  if (!isRecord(one) || !isRecord(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameValue(one[key], other[key]))
  )
}
