import { apiKey } from '#shared/detect/api-key.ts'
import { matchAt } from '#shared/detect/find-numbers.ts'
import type { Span } from '#shared/detect/span.ts'
import { looksRandom } from './looks-random.ts'
import { kindsOf, withoutOverlaps } from './pii.ts'
import { once, sides } from './reading.ts'
import { couldMatch, lowerAsFolded } from './required-literal.ts'
import { ANNOUNCED, ANNOUNCING, BEGINNING, PRIVATE_KEY, SHAPES, URL_PASSWORD } from './secret-shapes.ts'
import type { Signal } from './signal.ts'
import type { Found } from './text.ts'

type Piece = Span & { kind: string }

const spanOf = (kind: string, start: number, text: string): Piece => ({
  kind,
  start,
  end: start + text.length,
})

/** The same few signs over and over, or words that stand for a secret. */
const PLACEHOLDER =
  /x{6}|X{6}|\*{3}|\.{3}|your[-_]?|example|sample|placeholder|changeme|change-me|redacted|dummy|<|\$\{|(.)\1{7}/i

function byShape(text: string): Piece[] {
  const found: Piece[] = []
  for (const { index } of text.matchAll(BEGINNING)) {
    for (const { kind, looks } of SHAPES) {
      const token = matchAt(looks, text, index)
      if (token === null) continue
      if (!PLACEHOLDER.test(token.slice(4))) found.push(spanOf(kind, index, token))
      break
    }
  }
  return found
}

function byPlace(text: string): Piece[] {
  const keys = text.includes('PRIVATE KEY')
    ? [...text.matchAll(PRIVATE_KEY)].map((match) => spanOf('private_key', match.index, match[0]))
    : []
  const passwords = text.includes('://') ? [...text.matchAll(URL_PASSWORD)] : []
  return [
    ...keys,
    ...passwords
      .filter(
        ({ 1: password = '' }) =>
          !PLACEHOLDER.test(password) && !/^(?:pass(?:word)?|secret)$/i.test(password),
      )
      .map((match) => spanOf('url_password', match.index, match[0])),
  ]
}

function byContext(text: string): Piece[] {
  if (!couldMatch([ANNOUNCING], lowerAsFolded(text))) return []
  return [...text.matchAll(ANNOUNCED)].flatMap((match) => {
    const secret = (match.groups?.['secret'] ?? '').replace(/[.,!?]+$/, '')
    if (PLACEHOLDER.test(secret) || !looksRandom(secret)) return []
    const start = match.index + match[0].lastIndexOf(secret)
    return [spanOf('announced_secret', start, secret)]
  })
}

const inOrder = (pieces: Piece[]): Piece[] => pieces.toSorted((a, b) => a.start - b.start)

/** Pieces that do not overlap; of two in one place the one of the earlier list stays. */
function merge(lists: Piece[][]): Piece[] {
  let known: Piece[] = []
  for (const pieces of lists) {
    const free = new Set<Span>(withoutOverlaps(known, inOrder(pieces)))
    known = inOrder([...known, ...pieces.filter((piece) => free.has(piece))])
  }
  return known
}

function findSecrets(text: string): Piece[] {
  const known = apiKey
    .find(text)
    .filter(({ start, end }) => !PLACEHOLDER.test(text.slice(start, end)))
    .map((span) => ({ kind: text.startsWith('eyJ', span.start) ? 'jwt' : 'api_key', ...span }))
  return merge([byShape(text), known, byPlace(text), byContext(text)])
}

const secretsOf = once((reading): Found[] =>
  sides(reading, reading.settings.secrets?.in ?? 'both').flatMap(({ in: where, text }) =>
    findSecrets(text.plain).map(({ kind, start, end }) => ({ kind, in: where, ...text.place(start, end) })),
  ),
)

export const SECRET_SIGNALS: Signal[] = [
  {
    name: 'secrets.count',
    type: 'int',
    min: 0,
    bare: 'secrets',
    reads: ['input', 'output'],
    description:
      'How many secrets stand in input and output: keys of known makers, private keys, JSON web tokens, passwords in addresses, random text that a word announces.',
    compute: (reading) => secretsOf(reading).length,
    find: secretsOf,
  },
  {
    name: 'secrets.types',
    type: 'list',
    reads: ['input', 'output'],
    description: 'Which kinds of secrets were found: aws_key, jwt, private_key, announced_secret and so on.',
    compute: (reading) => kindsOf(secretsOf(reading)),
    find: secretsOf,
  },
]
