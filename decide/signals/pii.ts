import { ALL_DETECTORS } from '#shared/detect/detectors.ts'
import type { Span } from '#shared/detect/span.ts'
import type { Signal } from './signal.ts'
import { findAddresses } from './ip.ts'
import { once, sides } from './reading.ts'
import type { Found, Text } from './text.ts'

/** Beginnings and lengths that card networks use. Masking hides more than this; a verdict wants to be surer. */
const CARD_NETWORKS =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|2(?:2[2-9]|[3-6]\d|7[01])\d|35(?:2[89]|[3-8]\d))\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|(?:6\d|5[0678])\d{14,17}|9\d{15})$/

const isOfNetwork = (written: string): boolean => CARD_NETWORKS.test(written.replaceAll(/\D/g, ''))

/** In the order in which they look: where two find something in one place, the first is right. */
const FINDERS: { kind: string; find(text: string): Span[] }[] = [
  ...ALL_DETECTORS.filter(({ name }) => name !== 'api_key').map(({ name, find }) => ({ kind: name, find })),
  { kind: 'ip', find: findAddresses },
]

/** What can be found, as `pii.types` names it. */
export const PII_KINDS: readonly string[] = FINDERS.map(({ kind }) => kind)

/** What of the new spans lies in none of the known ones; both are in order. */
export function withoutOverlaps(known: Span[], found: Span[]): Span[] {
  let next = 0
  return found.filter(({ start, end }) => {
    while (next < known.length && (known[next]?.end ?? 0) <= start) next++
    return (known[next]?.start ?? Infinity) >= end
  })
}

/** Nothing personal is written without a digit or an @. */
const SUSPICIOUS = /[@0-9]/

function findIn(text: Text, kinds: string[] | undefined): { kind: string; span: Span }[] {
  if (!SUSPICIOUS.test(text.plain)) return []
  let known: { kind: string; span: Span }[] = []
  for (const { kind, find } of FINDERS) {
    const free = withoutOverlaps(
      known.map(({ span }) => span),
      find(text.plain)
        .filter(({ start, end }) => kind !== 'card' || isOfNetwork(text.plain.slice(start, end)))
        .toSorted((a, b) => a.start - b.start),
    )
    if (free.length === 0) continue
    known = [...known, ...free.map((span) => ({ kind, span }))].toSorted(
      (a, b) => a.span.start - b.span.start,
    )
  }
  return kinds ? known.filter(({ kind }) => kinds.includes(kind)) : known
}

const piiOf = once((reading): Found[] => {
  const { kinds, in: side = 'both' } = reading.settings.pii ?? {}
  return sides(reading, side).flatMap(({ in: where, text }) =>
    findIn(text, kinds).map(({ kind, span }) => ({ kind, in: where, ...text.place(span.start, span.end) })),
  )
})

/** The distinct kinds of what was found, in order. */
export const kindsOf = (found: Found[]): string[] => [...new Set(found.map(({ kind }) => kind))].toSorted()

const WHAT = 'e-mail and IP addresses, telephone, card and Korean resident registration numbers'

export const PII_SIGNALS: Signal[] = [
  {
    name: 'pii.count',
    type: 'int',
    min: 0,
    bare: 'pii',
    reads: ['input', 'output'],
    description: `How many personal data stand in input and output: ${WHAT}.`,
    compute: (reading) => piiOf(reading).length,
    find: piiOf,
  },
  {
    name: 'pii.types',
    type: 'list',
    reads: ['input', 'output'],
    description: 'Which kinds of personal data were found: card, email, ip, phone, rrn.',
    compute: (reading) => kindsOf(piiOf(reading)),
    find: piiOf,
  },
]
