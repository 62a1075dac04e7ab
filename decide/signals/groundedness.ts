import { once } from './reading.ts'
import { splitSentences } from './sentences.ts'
import type { Signal } from './signal.ts'
import { numbersOf, unitsOf } from './units.ts'

type Grounds = { units: Set<string>; numbers: Set<string> }
type Claim = { units: number; support: number }

/** A sentence that is supported by less than this was made up. */
const SUPPORTED = 0.5
/** What a number that stands in no context leaves of a sentence: 30 days are not 14. */
const WRONG_NUMBER = 0.4

const groundsOf = once((reading): Grounds | null => {
  const { texts } = reading.contexts()
  if (texts.length === 0) return null
  const plain = texts.map((text) => text.plain)
  return { units: new Set(plain.flatMap(unitsOf)), numbers: new Set(plain.flatMap(numbersOf)) }
})

function claimOf(sentence: string, grounds: Grounds): Claim {
  const units = unitsOf(sentence)
  const known = units.filter((unit) => grounds.units.has(unit)).length
  const share = units.length === 0 ? 0 : known / units.length
  const wrong = numbersOf(sentence).some((number) => !grounds.numbers.has(number))
  return { units: units.length, support: wrong ? share * WRONG_NUMBER : share }
}

const claimsOf = once((reading): Claim[] | null => {
  const grounds = groundsOf(reading)
  const { plain } = reading.output()
  if (grounds === null || plain.trim().length < (reading.settings.groundedness?.min_chars ?? 1)) return null
  const claims = splitSentences(plain).map(({ text }) => claimOf(text, grounds))
  const telling = claims.filter(({ units }) => units > 0)
  return telling.length > 0 ? telling : null
})

/** Long sentences say more, so they count for more. */
function scoreOf(claims: Claim[]): number {
  const units = claims.reduce((sum, claim) => sum + claim.units, 0)
  const supported = claims.reduce((sum, claim) => sum + claim.units * claim.support, 0)
  return Math.round((supported / units) * 1000) / 1000
}

export const GROUNDEDNESS_SIGNALS: Signal[] = [
  {
    name: 'groundedness.score',
    type: 'double',
    min: 0,
    max: 1,
    bare: 'groundedness',
    reads: ['output', 'contexts'],
    description:
      'How much of the output stands in the contexts, by words and, in Korean, Japanese and Chinese, by pairs of signs; a number that stands in no context weighs heavily. Unknown without contexts. It compares wording, not meaning.',
    compute: (reading) => {
      const claims = claimsOf(reading)
      return claims === null ? null : scoreOf(claims)
    },
  },
  {
    name: 'groundedness.unsupported',
    type: 'int',
    min: 0,
    reads: ['output', 'contexts'],
    description: 'How many sentences of the output the contexts support by less than half.',
    compute: (reading) => claimsOf(reading)?.filter(({ support }) => support < SUPPORTED).length ?? null,
  },
]
