import { parseFilter, type Parsed } from '#shared/filter/parse-filter.ts'
import { printFilter } from '#shared/filter/print-filter.ts'
import type { TextField } from '#shared/filter/fields.ts'
import type { Term } from '#shared/filter/term.ts'
import { statusCode, statusName } from '#shared/schema/status.ts'
import type { Viewer } from '../viewer.ts'

/** Parameters with one plain value, which links and older addresses have, and their names in a filter. */
const PLAIN = {
  status: 'status',
  model: 'model',
  environment: 'env',
  user_id: 'user',
  session_id: 'session',
  tag: 'tag',
} as const satisfies Record<string, TextField>

type Plain = keyof typeof PLAIN

const isPlain = (name: string): name is Plain => Object.hasOwn(PLAIN, name)

export const PLAIN_NAMES = Object.keys(PLAIN).filter(isPlain)

function plainTerm(name: Plain, value: string): Term {
  const code = name === 'status' ? statusCode(value) : null
  const said = code === null ? value : statusName(code)
  return { kind: 'is', negated: false, field: PLAIN[name], values: [[said]] }
}

/** The plain parameters of an address as conditions. */
export function plainTerms(params: URLSearchParams): Term[] {
  const terms = PLAIN_NAMES.flatMap((name) => {
    const value = params.get(name)?.normalize('NFC')
    return value ? [plainTerm(name, value)] : []
  })
  const search = params.get('search')?.normalize('NFC')
  return search ? [...terms, { kind: 'text', negated: false, text: search }] : terms
}

/** All conditions of an address but for its window, and the text of the query bar that says them. */
export function conditionsOf({ url }: Viewer): Parsed {
  const plain = plainTerms(url.searchParams)
  const { text, terms, faults } = parseFilter(url.searchParams.get('q') ?? '')
  const all = [...terms, ...plain]
  if (faults.length === 0) return { text: printFilter(all), terms: all, faults }
  return { text: [text, printFilter(plain)].filter((part) => part !== '').join(' '), terms: all, faults }
}

/** The changes of an address after which it has just these conditions. */
export const withTerms = (terms: Term[]): Record<string, string | null> => ({
  ...Object.fromEntries([...PLAIN_NAMES, 'search', 'cursor'].map((name) => [name, null])),
  q: printFilter(terms) || null,
})
