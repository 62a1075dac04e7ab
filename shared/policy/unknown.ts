/**
 * What is not known is a set of what it may turn out to be: true, false, missing (nobody sent it) or failed closed
 * (a judge that failed and must not open the gate). Only something that is still pending makes a set of several.
 */
export class Unknown {
  readonly mask: number

  constructor(mask: number) {
    this.mask = mask
  }
}

const MAY_BE_TRUE = 1
const MAY_BE_FALSE = 2
const MAY_BE_MISSING = 4
const MAY_BE_CLOSED = 8
const ALL = 15

const SETS = Array.from({ length: ALL + 1 }, (_, mask) => new Unknown(mask))

/** The one value for a set: `true` and `false` themselves when nothing else is possible. */
const ofMask = (mask: number): boolean | Unknown =>
  mask === MAY_BE_TRUE ? true : mask === MAY_BE_FALSE ? false : (SETS[mask] ?? PENDING)

/** Not computed yet: may become anything. */
export const PENDING = SETS[ALL] ?? new Unknown(ALL)
/** Nobody sent it, or it has no value there. */
export const MISSING = SETS[MAY_BE_MISSING] ?? new Unknown(MAY_BE_MISSING)
/** Its judge failed and fails closed: a rule that hangs on it counts as matched. */
export const CLOSED = SETS[MAY_BE_CLOSED] ?? new Unknown(MAY_BE_CLOSED)
/** One of true and false, as of a question whose answer is pending. */
export const EITHER = SETS[MAY_BE_TRUE | MAY_BE_FALSE] ?? PENDING

export type Truth = boolean | Unknown

/** The set of what a truth may be. */
const maskOf = (truth: Truth): number =>
  truth === true ? MAY_BE_TRUE : truth === false ? MAY_BE_FALSE : truth.mask

const BITS = [MAY_BE_TRUE, MAY_BE_FALSE, MAY_BE_MISSING, MAY_BE_CLOSED] as const

/** false wins; then missing, since a rule with it cannot match; then closed. */
const AND_ORDER = [MAY_BE_FALSE, MAY_BE_MISSING, MAY_BE_CLOSED, MAY_BE_TRUE]
/** true wins; then closed, since it counts as a match; then missing. */
const OR_ORDER = [MAY_BE_TRUE, MAY_BE_CLOSED, MAY_BE_MISSING, MAY_BE_FALSE]

function tableOf(order: readonly number[]): Truth[] {
  const winner = (one: number, other: number) => order.find((bit) => bit === one || bit === other) ?? one
  return Array.from({ length: (ALL + 1) * (ALL + 1) }, (_, at) => {
    const [left, right] = [at >> 4, at & ALL]
    let mask = 0
    for (const one of BITS)
      for (const other of BITS) if (left & one && right & other) mask |= winner(one, other)
    return ofMask(mask)
  })
}

const ANDS = tableOf(AND_ORDER)
const ORS = tableOf(OR_ORDER)

export const and = (one: Truth, other: Truth): Truth => ANDS[(maskOf(one) << 4) | maskOf(other)] ?? PENDING
export const or = (one: Truth, other: Truth): Truth => ORS[(maskOf(one) << 4) | maskOf(other)] ?? PENDING

export function not(truth: Truth): Truth {
  if (typeof truth === 'boolean') return !truth
  const { mask } = truth
  const swapped = ((mask & MAY_BE_TRUE) << 1) | ((mask & MAY_BE_FALSE) >> 1)
  return ofMask(swapped | (mask & (MAY_BE_MISSING | MAY_BE_CLOSED)))
}

/** What an operation says that needs both its operands, when at least one of them is unknown. */
export function strict(one: unknown, other: unknown): Unknown {
  const masks = [one, other].map((value) =>
    value instanceof Unknown ? value.mask : MAY_BE_TRUE | MAY_BE_FALSE,
  )
  if (masks.some((mask) => (mask & (mask - 1)) !== 0 && mask !== (MAY_BE_TRUE | MAY_BE_FALSE))) return PENDING
  if (masks.includes(MAY_BE_MISSING)) return MISSING
  return masks.includes(MAY_BE_CLOSED) ? CLOSED : EITHER
}

/** Whether a rule with this truth matches; null while that can still go either way. */
export function settles(truth: Truth): boolean | null {
  if (typeof truth === 'boolean') return truth
  const may = (truth.mask & (MAY_BE_TRUE | MAY_BE_CLOSED)) !== 0
  const may_not = (truth.mask & (MAY_BE_FALSE | MAY_BE_MISSING)) !== 0
  return may && may_not ? null : may
}
