import { printRange } from './amounts.ts'
import type { Pattern, Term } from './term.ts'

const quote = (text: string): string => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`

/** Whether a text says the same without quotes, wherever in a value it stands; `model://` would be an address. */
const isBare = (text: string) => /^(?!\/\/)[^\s",:*]+$/u.test(text)

/** A value with `*` for its gaps. */
export const printPattern = (pattern: Pattern): string =>
  pattern.map((piece) => (piece === '' || isBare(piece) ? piece : quote(piece))).join('*')

function printValue(term: Term): string {
  if (term.kind === 'text') {
    const said = isBare(term.text) && !term.text.startsWith('-') ? term.text : quote(term.text)
    return `${term.scope ? `${term.scope}:` : ''}${said}${term.prefix ? '*' : ''}`
  }
  if (term.kind === 'is') return `${term.field}:${term.values.map(printPattern).join(',')}`
  if (term.kind === 'has') return `has:${term.features.join(',')}`
  return `${term.field}:${term.ranges.map((range) => printRange(term.field, range)).join(',')}`
}

export const printTerm = (term: Term): string => `${term.negated ? '-' : ''}${printValue(term)}`

/** A filter as a person would write it; read again, it is the same. */
export const printFilter = (terms: Term[]): string => terms.map(printTerm).join(' ')
