import { parseFilter } from '#shared/filter/parse-filter.ts'
import type { Term, TextTerm } from '#shared/filter/term.ts'
import type { SearchTerm } from '#shared/search/term.ts'

const isText = (term: Term): term is TextTerm => term.kind === 'text'

/** The words and phrases of a filter; space alone says nothing. */
export const textsIn = (terms: Term[]): SearchTerm[] =>
  terms
    .filter(isText)
    .flatMap(({ text, negated, scope, prefix }) =>
      text.trim() === '' ? [] : [{ text, negated, scope: scope ?? null, prefix: prefix ?? false }],
    )

/** A condition on the name, as a search means it: words of the name of a span, or of a trace. */
export function asNameText(term: Term): Term {
  if (term.kind !== 'is' || term.field !== 'name') return term
  const [pieces = [], ...more] = term.values
  const [text = '', rest, ...others] = pieces
  if (more.length > 0 || others.length > 0 || text === '' || (rest !== undefined && rest !== '')) return term
  const said = { kind: 'text', negated: term.negated, text, scope: 'name' } as const
  return rest === '' ? { ...said, prefix: true } : said
}

/** What was typed into a box for words alone: words, phrases and their scopes, or else the text as it stands there. */
export function readSearch(text: string): Term[] {
  const { terms, faults } = parseFilter(text)
  if (faults.length === 0 && terms.every(isText)) return terms
  return [{ kind: 'text', negated: false, text: text.normalize('NFC') }]
}
