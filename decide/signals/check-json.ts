import { isRecord } from '#shared/protocol/clean.ts'

/** Whether a value fits a schema. */
export type JsonCheck = (value: unknown) => boolean

type Compiled = { check: JsonCheck } | { fault: string }
type Build = (wanted: unknown, inner: (schema: unknown) => JsonCheck) => JsonCheck | null

const MAX_NODES = 500
const MAX_DEPTH = 32

const TYPES: Record<string, JsonCheck> = {
  object: (value) => isRecord(value),
  array: (value) => Array.isArray(value),
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
}

const isScalar = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

/** A limit on a number that is read from the value; a value of another type has none. */
function limit(
  read: (value: unknown) => number | null,
  holds: (is: number, wanted: number) => boolean,
): Build {
  return (wanted) => {
    if (typeof wanted !== 'number') return null
    return (value) => {
      const is = read(value)
      return is === null || holds(is, wanted)
    }
  }
}
const atLeast = (is: number, wanted: number): boolean => is >= wanted
const atMost = (is: number, wanted: number): boolean => is <= wanted
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const lengthOf = (value: unknown): number | null => (typeof value === 'string' ? value.length : null)
const itemsOf = (value: unknown): number | null => (Array.isArray(value) ? value.length : null)

/** What is understood of JSON Schema; anything else is a fault, never passed over. */
const KEYWORDS: Record<string, Build> = {
  type: (wanted) => {
    const names: unknown[] = Array.isArray(wanted) ? wanted : [wanted]
    const checks = names.map((name) =>
      typeof name === 'string' && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined,
    )
    const known = checks.filter((check) => check !== undefined)
    if (known.length === 0 || known.length < checks.length) return null
    return (value) => known.some((check) => check(value))
  },
  enum: (wanted) => {
    if (!Array.isArray(wanted) || !wanted.every(isScalar)) return null
    const allowed = new Set<unknown>(wanted)
    return (value) => allowed.has(value)
  },
  const: (wanted) => (isScalar(wanted) ? (value) => value === wanted : null),
  required: (wanted) => {
    if (!Array.isArray(wanted)) return null
    const names = wanted.filter((name) => typeof name === 'string')
    if (names.length < wanted.length) return null
    return (value) => !isRecord(value) || names.every((name) => Object.hasOwn(value, name))
  },
  properties: (wanted, inner) => {
    if (!isRecord(wanted)) return null
    const checks = Object.entries(wanted).map(([name, schema]) => [name, inner(schema)] as const)
    return (value) =>
      !isRecord(value) || checks.every(([name, check]) => !Object.hasOwn(value, name) || check(value[name]))
  },
  items: (wanted, inner) => {
    const check = inner(wanted)
    return (value) => !Array.isArray(value) || value.every((each) => check(each))
  },
  minimum: limit(numberOf, atLeast),
  maximum: limit(numberOf, atMost),
  minLength: limit(lengthOf, atLeast),
  maxLength: limit(lengthOf, atMost),
  minItems: limit(itemsOf, atLeast),
  maxItems: limit(itemsOf, atMost),
}
/** Words about a schema, which ask nothing of a value. */
const SILENT = new Set(['$schema', '$id', 'title', 'description', 'default', 'examples'])

class SchemaFault extends Error {}

/** Only the members that are named in the schema may be there. */
function closed(schema: Record<string, unknown>): JsonCheck {
  const allowed = new Set(isRecord(schema['properties']) ? Object.keys(schema['properties']) : [])
  return (value) => !isRecord(value) || Object.keys(value).every((name) => allowed.has(name))
}

function build(schema: unknown, depth: number, spend: () => void): JsonCheck {
  spend()
  if (depth > MAX_DEPTH) throw new SchemaFault(`the schema is more than ${MAX_DEPTH} deep`)
  if (typeof schema === 'boolean') return () => schema
  if (!isRecord(schema)) throw new SchemaFault('a schema is an object')
  const checks = Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (SILENT.has(keyword)) return []
    if (keyword === 'additionalProperties' && typeof wanted === 'boolean')
      return wanted ? [] : [closed(schema)]
    const known = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined
    if (!known) throw new SchemaFault(`"${keyword}" is not understood here`)
    const check = known(wanted, (inner) => build(inner, depth + 1, spend))
    if (!check) throw new SchemaFault(`"${keyword}" has a value that it cannot have`)
    return [check]
  })
  return (value) => checks.every((check) => check(value))
}

/** Makes a check of a JSON Schema, of the part that can be checked in time linear in the value; says what it cannot. */
export function compileSchema(schema: unknown): Compiled {
  let nodes = 0
  const spend = () => {
    nodes++
    if (nodes > MAX_NODES) throw new SchemaFault(`the schema has more than ${MAX_NODES} parts`)
  }
  try {
    return { check: build(schema, 0, spend) }
  } catch (error) {
    if (error instanceof SchemaFault) return { fault: error.message }
    throw error
  }
}
