import type { TSchema } from '@sinclair/typebox'
import { HubError, type Issue } from '../errors.ts'
import { checkOf, findIssues } from '../schema/check.ts'

type Members = Record<string, TSchema>

const members = (schema: TSchema): Members => (schema['properties'] as Members | undefined) ?? {}

/** How yes and no are written in a query. */
const BOOLEANS: Record<string, boolean> = { true: true, '1': true, false: false, '0': false }

function readText(schema: TSchema, text: string): unknown {
  if (schema['type'] === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text
  if (schema['type'] === 'boolean') return Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : text
  return text
}

/**
 * Reads the query string by its schema: strict whole numbers (no `1e3`), no repeated names, empty text = not given.
 * Names that the schema does not know are ignored.
 */
export function readQuery(schema: TSchema, search: URLSearchParams): unknown {
  const query: Record<string, unknown> = {}
  const issues: Issue[] = []
  for (const [name, member] of Object.entries(members(schema))) {
    const texts = search.getAll(name)
    if (texts.length > 1) {
      issues.push({ type: 'repeated', loc: ['query', name], msg: 'Give this parameter once' })
    } else if (texts[0]) query[name] = readText(member, texts[0])
  }
  return accept(schema, query, 'query', issues)
}

export function readParams(schema: TSchema, params: Record<string, string>): unknown {
  return accept(schema, params, 'path', [])
}

function accept(schema: TSchema, value: Record<string, unknown>, place: string, issues: Issue[]): unknown {
  const check = checkOf(schema)
  if (!check.Check(value)) issues.push(...findIssues(check, value, [place]))
  if (issues.length) throw new HubError('validation_error', { issues })
  return value
}
