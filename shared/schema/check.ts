import type { TSchema } from '@sinclair/typebox'
import { ValueErrorType } from '@sinclair/typebox/errors'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'
import type { Issue } from '../errors.ts'

/** Names of the MVP's validation errors (pydantic's) for the checks that have one. */
const NAMES: Partial<Record<ValueErrorType, string>> = {
  [ValueErrorType.ObjectRequiredProperty]: 'missing',
  [ValueErrorType.ObjectAdditionalProperties]: 'extra_forbidden',
  [ValueErrorType.Object]: 'dict_type',
  [ValueErrorType.Array]: 'list_type',
  [ValueErrorType.ArrayMaxItems]: 'too_long',
  [ValueErrorType.String]: 'string_type',
  [ValueErrorType.StringMinLength]: 'string_too_short',
  [ValueErrorType.StringMaxLength]: 'string_too_long',
  [ValueErrorType.StringFormat]: 'string_not_printable',
  [ValueErrorType.StringPattern]: 'string_pattern_mismatch',
  [ValueErrorType.Integer]: 'int_type',
  [ValueErrorType.IntegerMinimum]: 'greater_than_equal',
  [ValueErrorType.IntegerMaximum]: 'less_than_equal',
  [ValueErrorType.Number]: 'float_type',
  [ValueErrorType.NumberMinimum]: 'greater_than_equal',
  [ValueErrorType.NumberMaximum]: 'less_than_equal',
  [ValueErrorType.Boolean]: 'bool_type',
}
const MOST = 20

type Found = {
  type: ValueErrorType
  path: string
  message: string
  schema: TSchema
  errors: Iterable<Found>[]
}

const location = (path: string) =>
  path
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')))

/** A union of literals says its choices; a nullable member speaks for the type that is not null. */
function unwrap(found: Found): Found {
  if (found.type !== ValueErrorType.Union) return found
  const [first] = found.errors[0] ?? []
  return first && first.type !== ValueErrorType.Literal ? unwrap(first) : found
}

function choices(schema: TSchema): string | undefined {
  const members: unknown = schema['anyOf']
  if (!Array.isArray(members)) return undefined
  const texts = members.flatMap((member: TSchema) =>
    member['const'] === undefined ? [] : [String(member['const'])],
  )
  return texts.length === members.length ? `Expected one of ${texts.join(', ')}` : undefined
}

/** What is wrong with a value, at most 20 findings, each with its place; never the value itself. */
export function findIssues(check: TypeCheck<TSchema>, value: unknown, at: (string | number)[]): Issue[] {
  const issues: Issue[] = []
  const seen = new Set<string>()
  for (const raw of check.Errors(value)) {
    const found = unwrap(raw)
    if (seen.has(found.path)) continue
    seen.add(found.path)
    const type = NAMES[found.type] ?? (found.type === ValueErrorType.Union ? 'literal_error' : 'value_error')
    issues.push({ type, loc: [...at, ...location(found.path)], msg: choices(found.schema) ?? found.message })
    if (issues.length === MOST) break
  }
  return issues
}

const compiled = new WeakMap<TSchema, TypeCheck<TSchema>>()

/** The compiled check of a schema, made once. */
export function checkOf<T extends TSchema>(schema: T): TypeCheck<T> {
  let check = compiled.get(schema)
  if (!check) compiled.set(schema, (check = TypeCompiler.Compile(schema)))
  return check as unknown as TypeCheck<T>
}
