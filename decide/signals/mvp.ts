import { once, type Reading } from './reading.ts'
import type { Signal } from './signal.ts'

const PII_WORDS = ['ssn', 'credit card', 'passport']
const ADVICE = 'investment advice'
const FAITHFULNESS = 'faithfulness'

const says = (text: string, word: string): boolean => text.includes(word)

const inputLower = once((reading) => reading.input().plain.toLowerCase())
const outputLower = once((reading) => reading.output().plain.toLowerCase())

/** The last evaluation of this name counts, as ever. */
function hallucinationRisk({ said }: Reading): number | null {
  const score = said.evals.findLast(({ name }) => name === FAITHFULNESS)?.score
  return score === undefined ? null : 1 - score
}

/** The three signals of the first version of this hub, word for word, but for its guesses where nothing was known. */
export const MVP_SIGNALS: Signal[] = [
  {
    name: 'pii.mentioned',
    type: 'bool',
    reads: ['input'],
    bare: 'pii',
    description: 'The input contains "ssn", "credit card" or "passport".',
    compute: (reading) => PII_WORDS.some((word) => says(inputLower(reading), word)),
  },
  {
    name: 'financial_risk',
    type: 'double',
    min: 0,
    max: 1,
    bare: 'financial_risk',
    reads: ['output'],
    description: '0.9 where the output contains "investment advice", else 0.1.',
    compute: (reading) => (says(outputLower(reading), ADVICE) ? 0.9 : 0.1),
  },
  {
    name: 'hallucination_risk',
    type: 'double',
    bare: 'hallucination_risk',
    reads: [],
    description: '1 less the score of the evaluation "faithfulness". Unknown without one.',
    compute: hallucinationRisk,
  },
]
