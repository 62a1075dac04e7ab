import { finderOf, searchable, type Finder, type Range, type Searchable } from './match-text.ts'
import { SCOPES, type Scope, type SearchTerm, type Texts } from './term.ts'

/** A search made ready for many texts. */
export type Matcher = { terms: { term: SearchTerm; find: Finder }[] }

/** A text in which something was found, and where all that is looked for stands in it. */
export type Found = { scope: Scope; text: string; searchable: Searchable; ranges: Range[] }

/** So many places of one text are told at most. */
const MOST_RANGES = 100

export const matcherOf = (terms: SearchTerm[]): Matcher => ({
  terms: terms.map((term) => ({ term, find: finderOf(term) })),
})

const scopesOf = ({ scope }: SearchTerm): readonly Scope[] => (scope === null ? SCOPES : [scope])

function readable(texts: Texts) {
  const made = new Map<Scope, Searchable>()
  return (scope: Scope): Searchable => {
    const known = made.get(scope) ?? searchable(texts[scope])
    made.set(scope, known)
    return known
  }
}

/** Whether texts have everything that they must have, and nothing that they must not. */
export function fits({ terms }: Matcher, texts: Texts): boolean {
  const read = readable(texts)
  return terms.every(
    ({ term, find }) => scopesOf(term).some((scope) => find(read(scope), 0) !== null) !== term.negated,
  )
}

/** All places of a text at which one of these terms stands; of two that overlap the first. */
function placesIn({ terms }: Matcher, text: Searchable, scope: Scope | null): Range[] {
  const ranges: Range[] = []
  for (const { term, find } of terms) {
    if (term.negated || (scope !== null && !scopesOf(term).includes(scope))) continue
    let range = find(text, 0)
    for (let count = 0; range && count < MOST_RANGES; count++) {
      ranges.push(range)
      range = find(text, range.to)
    }
  }
  const sorted = ranges.toSorted((a, b) => a.from - b.from || b.to - a.to)
  let end = 0
  return sorted.filter(({ from, to }) => {
    if (from < end) return false
    end = to
    return true
  })
}

/** Where the terms stand, in those of the texts in which they do. */
export function findIn(matcher: Matcher, texts: Texts): Found[] {
  return SCOPES.flatMap((scope) => {
    const text = texts[scope]
    if (text === '') return []
    const read = searchable(text)
    const ranges = placesIn(matcher, read, scope)
    return ranges.length > 0 ? [{ scope, text, searchable: read, ranges }] : []
  })
}
