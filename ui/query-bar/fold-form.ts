import { printFilter, printPattern } from '#shared/filter/print-filter.ts'
import { parseFilter } from '#shared/filter/parse-filter.ts'
import { type AmountField, type TextField } from '#shared/filter/fields.ts'
import type { Term } from '#shared/filter/term.ts'
import { PLAIN_NAMES, plainTerms } from './conditions.ts'

/** Fields that the form has boxes to tick for, and a line for any other value. */
export const CHOSEN = [
  'status',
  'model',
  'env',
  'user',
  'session',
  'tag',
  'name',
  'release',
  'type',
  'decision',
] as const satisfies TextField[]
/** Fields that the form has a line for an amount for. */
export const MEASURED = ['latency', 'cost', 'tokens', 'spans', 'errors'] as const satisfies AmountField[]

const isChosen = (field: string): field is (typeof CHOSEN)[number] => CHOSEN.some((one) => one === field)
const isMeasured = (field: string): field is (typeof MEASURED)[number] =>
  MEASURED.some((one) => one === field)

/** What each part of the form shows of some conditions, and the conditions that it has no part for. */
export type Spread = { shown: Map<string, Term>; rest: Term[] }

const FEATURE = 'has '

/** The part of the form that can show a condition; null when none can. */
function partOf(term: Term): string | null {
  if (term.negated) return null
  if (term.kind === 'is') return isChosen(term.field) ? term.field : null
  if (term.kind === 'amount') return isMeasured(term.field) ? term.field : null
  return term.kind === 'has' && term.features.length === 1 ? `${FEATURE}${term.features[0]}` : null
}

export const featurePart = (feature: string): string => FEATURE + feature

/** Spreads conditions over the form; of two for the same part the second stays out of it. */
export function spread(terms: Term[]): Spread {
  const shown = new Map<string, Term>()
  const rest: Term[] = []
  for (const term of terms) {
    const part = partOf(term)
    if (part === null || shown.has(part)) rest.push(term)
    else shown.set(part, term)
  }
  return { shown, rest }
}

const anyValue = (text: string) =>
  printPattern(
    text
      .normalize('NFC')
      .trim()
      .split('*')
      .filter((piece, at, all) => piece !== '' || at === 0 || at === all.length - 1),
  )

/** What a sent form says, as the text of a filter. */
function textOf(form: URLSearchParams): string {
  const parts: string[] = []
  for (const field of CHOSEN) {
    const others = form.getAll(`o.${field}`).filter((text) => text.trim() !== '')
    const values = [...form.getAll(`f.${field}`), ...others.map(anyValue)]
    if (values.length > 0) parts.push(`${field}:${values.join(',')}`)
  }
  for (const field of MEASURED) {
    const said = (form.get(`a.${field}`) ?? '').replace(/\s/gu, '')
    if (said !== '') parts.push(`${field}:${said}`)
  }
  for (const feature of form.getAll('has')) parts.push(`has:${feature}`)
  return [...parts, form.get('rest') ?? ''].filter((part) => part !== '').join(' ')
}

const OF_FORM = /^(f\.|o\.|a\.|has$|rest$|form$)/

/** A plain parameter of a link says anew what the filter says of the same field. */
function overrule(q: string, params: URLSearchParams): string | null {
  const { terms, faults } = parseFilter(q)
  const plain = plainTerms(params)
  if (faults.length > 0 || plain.length === 0) return null
  const said = new Set(plain.flatMap((term) => (term.kind === 'is' ? [term.field] : [])))
  const kept = terms.filter((term) => !(term.kind === 'is' && !term.negated && said.has(term.field)))
  return printFilter([...kept, ...plain])
}

/** The parameters of an address with all conditions in `q`, where a form or a link has sent them apart. */
export function foldForm(params: URLSearchParams): URLSearchParams {
  const folded = new URLSearchParams([...params].filter(([name]) => !OF_FORM.test(name)))
  const is_form = params.get('form') === 'filter'
  const q = is_form ? textOf(params) : overrule(params.get('q') ?? '', params)
  if (!is_form && (q === null || !params.get('q'))) return folded
  for (const name of [...PLAIN_NAMES, 'search', 'cursor']) folded.delete(name)
  folded.delete('q')
  if (q) folded.set('q', q)
  return folded
}
