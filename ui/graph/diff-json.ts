/** One step from a value to another, at a place given by names and indexes. */
export type Change = { path: (string | number)[] } & (
  | { kind: 'added'; after: unknown }
  | { kind: 'removed'; before: unknown }
  | { kind: 'changed'; before: unknown; after: unknown }
)

type Branch = Record<string, unknown> | unknown[]

const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null

/** The door lets no document through that is deeper than this, nor larger than some megabytes. */
const MOST_LEVELS = 1200

/** A number for each part of a value, so that two parts are compared without walking through them again. */
function digester(): (value: unknown) => bigint {
  const known = new WeakMap<object, bigint>()
  const digest = (value: unknown): bigint => {
    if (!isBranch(value)) return hash(JSON.stringify(value) ?? '')
    const before = known.get(value)
    if (before !== undefined) return before
    const parts = Array.isArray(value)
      ? value.map((item) => String(digest(item)))
      : Object.keys(value)
          .toSorted()
          .map((key) => `${JSON.stringify(key)}:${digest(value[key])}`)
    const own = hash(`${Array.isArray(value) ? '[' : '{'}${parts.join()}`)
    known.set(value, own)
    return own
  }
  return digest
}

const hash = (text: string): bigint => Bun.hash.wyhash(text)

/**
 * What leads from `before` to `after`, done in order. Equal beginnings and ends of lists are left alone, so that an
 * append is one addition; additions and removals in a list move what stands behind them.
 */
export function diffJson(before: unknown, after: unknown): Change[] {
  const digest = digester()
  const same = (a: unknown, b: unknown) => digest(a) === digest(b)
  const changes: Change[] = []

  function compare(a: unknown, b: unknown, path: Change['path']): void {
    if (same(a, b)) return
    const deep = path.length < MOST_LEVELS && isBranch(a) && isBranch(b)
    if (deep && Array.isArray(a) && Array.isArray(b)) return compareLists(a, b, path)
    if (deep && !Array.isArray(a) && !Array.isArray(b)) return compareObjects(a, b, path)
    changes.push({ kind: 'changed', path, before: a, after: b })
  }

  function compareObjects(a: Record<string, unknown>, b: Record<string, unknown>, path: Change['path']) {
    for (const key of Object.keys(a)) {
      if (Object.hasOwn(b, key)) compare(a[key], b[key], [...path, key])
      else changes.push({ kind: 'removed', path: [...path, key], before: a[key] })
    }
    for (const key of Object.keys(b)) {
      if (!Object.hasOwn(a, key)) changes.push({ kind: 'added', path: [...path, key], after: b[key] })
    }
  }

  function compareLists(a: unknown[], b: unknown[], path: Change['path']): void {
    const shorter = Math.min(a.length, b.length)
    let start = 0
    while (start < shorter && same(a[start], b[start])) start++
    let end = 0
    while (end < shorter - start && same(a[a.length - 1 - end], b[b.length - 1 - end])) end++
    const paired = shorter - start - end
    for (let at = start; at < start + paired; at++) compare(a[at], b[at], [...path, at])
    for (let at = a.length - end - 1; at >= start + paired; at--)
      changes.push({ kind: 'removed', path: [...path, at], before: a[at] })
    for (let at = start + paired; at < b.length - end; at++)
      changes.push({ kind: 'added', path: [...path, at], after: b[at] })
  }

  compare(before, after, [])
  return changes
}
