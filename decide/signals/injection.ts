import { ATTACKS, TALKED_ABOUT } from './injection-patterns.ts'
import { kindsOf } from './pii.ts'
import { once, type Reading } from './reading.ts'
import { couldMatch, lowerAsFolded } from './required-literal.ts'
import { splitSentences } from './sentences.ts'
import type { Signal } from './signal.ts'
import type { Found, Text } from './text.ts'

type Hit = { kind: string; weight: number; start: number; end: number }

/** What is only talked about counts this much. */
const MENTIONED = 0.35

/** The words before a match, in its sentence, tell an order from a mention. */
function isMention(sentence: string, start: number, end: number): boolean {
  const before = sentence.slice(0, start)
  // Korean says what is done with the words behind them.
  const after = /[가-힣]/.test(sentence) ? sentence.slice(end) : ''
  return TALKED_ABOUT.test(before) || TALKED_ABOUT.test(after)
}

function findIn(plain: string): Hit[] {
  const lower = lowerAsFolded(plain)
  const possible = ATTACKS.filter(({ needs }) => couldMatch(needs, lower))
  if (possible.length === 0) return []
  return splitSentences(plain).flatMap(({ text, start }) =>
    possible.flatMap(({ kind, weight, looks }) => {
      const match = looks.exec(text)
      if (!match) return []
      const end = match.index + match[0].length
      const sure = isMention(text, match.index, end) ? weight * MENTIONED : weight
      return [{ kind, weight: sure, start: start + match.index, end: start + end }]
    }),
  )
}

/** Each kind counts once, by its surest match; the chance that at least one of them is meant. */
function scoreOf(hits: Hit[]): number {
  const surest = new Map<string, number>()
  for (const { kind, weight } of hits) surest.set(kind, Math.max(weight, surest.get(kind) ?? 0))
  const doubt = [...surest.values()].reduce((rest, weight) => rest * (1 - weight), 1)
  return Math.round((1 - doubt) * 1000) / 1000
}

const inInput = once((reading) => findIn(reading.input().plain))
const inContexts = once((reading) => reading.contexts().texts.flatMap(({ plain }) => findIn(plain)))

const placed = (text: Text, hits: Hit[]): Found[] =>
  hits.map(({ kind, start, end }) => ({ kind, in: 'input', ...text.place(start, end) }))
const find = (reading: Reading): Found[] => placed(reading.input(), inInput(reading))

export const INJECTION_SIGNALS: Signal[] = [
  {
    name: 'injection.score',
    type: 'double',
    min: 0,
    max: 1,
    bare: 'injection',
    reads: ['input', 'contexts'],
    description:
      'How much input and contexts try to change the orders of the model, by patterns in English and Korean: from 0.5 on it is likely. Patterns miss what is put in new words; let a judge look at the middle.',
    compute: (reading) => scoreOf([...inInput(reading), ...inContexts(reading)]),
    find,
  },
  {
    name: 'injection.context_score',
    type: 'double',
    min: 0,
    max: 1,
    reads: ['contexts'],
    description: 'The same for the contexts alone: orders that somebody hid in a document.',
    compute: (reading) => scoreOf(inContexts(reading)),
  },
  {
    name: 'injection.types',
    type: 'list',
    reads: ['input'],
    description:
      'Which kinds were found in the input: override, reveal, persona, markup, safety_off, verdict, exfiltrate, conceal.',
    compute: (reading) => kindsOf(find(reading)),
    find,
  },
]
