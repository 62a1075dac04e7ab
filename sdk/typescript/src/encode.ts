/** How much of one value is kept: characters of text, and levels of nesting (the hub refuses bodies past 128). */
const MOST_CHARACTERS = 1_000_000
const MOST_LEVELS = 40

type Budget = { left: number; open: object[] }

const cutMark = (left_out: number) => `…[cut, ${left_out} characters left out]`

function text(value: string, budget: Budget): string {
  const most = Math.max(0, budget.left)
  budget.left -= value.length + 2
  return value.length <= most
    ? JSON.stringify(value)
    : JSON.stringify(value.slice(0, most) + cutMark(value.length - most))
}

/** An integer that a double cannot hold goes as its digits. */
const bigint = (value: bigint) =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? value.toString()
    : `"${value}"`

const nameOf = (value: object): string => value.constructor?.name || 'Object'

const told = (what: string, error: unknown) =>
  JSON.stringify(`[${what} ${error instanceof Error ? error.message.slice(0, 200) : ''}]`)

function list(values: Iterable<unknown>, budget: Budget): string {
  const parts: string[] = []
  let left_out = 0
  for (const value of values) {
    if (budget.left <= 0) left_out++
    else parts.push(any(value, budget) ?? 'null')
    budget.left -= 2
  }
  if (left_out > 0) parts.push(JSON.stringify(`…[cut, ${left_out} items left out]`))
  return `[${parts.join(',')}]`
}

function member(owner: object, key: string, budget: Budget): string | undefined {
  let value: unknown
  try {
    // The value may be anything: `any` below looks at what it is.
    value = (owner as Record<string, unknown>)[key]
  } catch (error) {
    return told('threw', error)
  }
  return any(value, budget)
}

/** Names of members come again and again. */
const KEYS = new Map<string, string>()
const MOST_KEYS = 1000

function quoteKey(key: string): string {
  const known = KEYS.get(key)
  if (known !== undefined) return known
  const quoted = JSON.stringify(key)
  if (KEYS.size < MOST_KEYS && key.length < 64) KEYS.set(key, quoted)
  return quoted
}

function record(value: object, keys: string[], budget: Budget): string {
  const parts: string[] = []
  let left_out = 0
  for (const key of keys) {
    if (budget.left <= 0) {
      left_out++
      continue
    }
    budget.left -= key.length + 4
    const written = member(value, key, budget)
    if (written !== undefined) parts.push(`${quoteKey(key)}:${written}`)
  }
  if (left_out > 0) parts.push(`"…":"[cut, ${left_out} members left out]"`)
  return `{${parts.join(',')}}`
}

function map(value: Map<unknown, unknown>, budget: Budget): string {
  const keys = [...value.keys()]
  return keys.every((key) => typeof key === 'string')
    ? record(Object.fromEntries<unknown>(keys.map((key) => [key, value.get(key)])), keys, budget)
    : list(value, budget)
}

function failure(value: Error, budget: Budget): string {
  const { name, message, cause } = value
  const said = { ...Object.fromEntries(Object.entries(value)), name, message, cause }
  return record(said, Object.keys(said), budget)
}

/** What an object is written as, when it is not simply its own members. */
function special(value: object, budget: Budget): string | undefined {
  // Its items may be anything, which is what list() expects.
  if (Array.isArray(value)) return list(value as unknown[], budget)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '"Invalid Date"' : JSON.stringify(value)
  if (value instanceof Error) return failure(value, budget)
  if (value instanceof Map) return map(value, budget)
  if (value instanceof Set) return list(value, budget)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `"[${nameOf(value)}, ${value.byteLength} bytes]"`
  if (value instanceof RegExp) return JSON.stringify(String(value))
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet)
    return `"[${nameOf(value)}]"`
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return any(Reflect.apply(value.toJSON, value, []), budget) ?? 'null'
  return undefined
}

function object(value: object, budget: Budget): string {
  if (budget.open.includes(value)) return '"[circular]"'
  if (budget.open.length >= MOST_LEVELS) return `"[${nameOf(value)}, deeper than ${MOST_LEVELS} levels]"`
  budget.left -= 2
  budget.open.push(value)
  try {
    return special(value, budget) ?? record(value, Object.keys(value), budget)
  } catch (fault) {
    return told('unreadable', fault)
  } finally {
    budget.open.pop()
  }
}

/** The JSON of a value; undefined for undefined, as a member that is left out. */
function any(value: unknown, budget: Budget): string | undefined {
  switch (typeof value) {
    case 'string':
      return text(value, budget)
    case 'number':
      budget.left -= 8
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return bigint(value)
    case 'undefined':
      return undefined
    case 'object':
      return value === null ? 'null' : object(value, budget)
    case 'function':
      return JSON.stringify(`[function ${value.name}]`)
    default:
      return JSON.stringify(String(value))
  }
}

/**
 * The JSON text of any value: cycles, getters that throw, BigInt, Map, Set, Date, Error and bytes are told in words;
 * what is too long or too deep is cut and says so. Never throws.
 */
export function encode(value: unknown, most = MOST_CHARACTERS): string {
  try {
    return any(value, { left: most, open: [] }) ?? 'null'
  } catch {
    return '"[unreadable]"'
  }
}

/** A text as it is, anything else as its JSON; for members that the hub takes as text only. */
export const asText = (value: unknown, most = MOST_CHARACTERS): string => {
  if (typeof value !== 'string') return encode(value, most)
  return value.length <= most ? value : value.slice(0, most) + cutMark(value.length - most)
}
