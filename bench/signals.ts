import { openSignals } from '../decide/signals/open-signals.ts'
import type { Said } from '../decide/signals/reading.ts'
import { CORPORA, type Corpus, type Example, type Half } from '../tests/fixtures/signals/corpus.ts'
import { printTable } from './figures.ts'

export type Score = { precision: number; recall: number; f1: number; wrong: string[] }

const NOTHING: Said = { input: '', output: '', contexts: [], latency_ms: null, cost_usd: null, evals: [] }
const LIKELY = 0.5

type Name = keyof typeof CORPORA
const NAMES: Name[] = ['pii', 'secrets', 'injection', 'groundedness', 'refusal']

const textOf = (example: Example): string => (typeof example === 'string' ? example : example.output)

/** Whether the signal says yes; "ungrounded" is the yes of groundedness. */
function says(name: Name, example: Example): boolean {
  const contexts = typeof example === 'string' ? [] : example.contexts
  const text = textOf(example)
  const said = name === 'injection' ? { ...NOTHING, input: text } : { ...NOTHING, output: text, contexts }
  const value = openSignals(said).readBare(name)
  if (name === 'groundedness') return typeof value === 'number' && value < LIKELY
  return value === true || (typeof value === 'number' && value >= LIKELY)
}

/** How often a signal is right about one half of its examples. */
export function scoreHalf(name: Name, { yes, no }: Half): Score {
  const missed = yes.filter((example) => !says(name, example))
  const false_alarms = no.filter((example) => says(name, example))
  const hits = yes.length - missed.length
  const precision = hits + false_alarms.length === 0 ? 0 : hits / (hits + false_alarms.length)
  const recall = hits / yes.length
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)
  const wrong = [
    ...missed.map((example) => `missed: ${textOf(example)}`),
    ...false_alarms.map((example) => `false alarm: ${textOf(example)}`),
  ]
  return { precision, recall, f1, wrong }
}

/** The scores of every signal that has examples, on both halves. */
export function scoreAll(): { name: Name; half: keyof Corpus; score: Score; examples: number }[] {
  return NAMES.flatMap((name) =>
    (['tuning', 'frozen'] as const).map((half) => {
      const examples = CORPORA[name][half]
      return {
        name,
        half,
        score: scoreHalf(name, examples),
        examples: examples.yes.length + examples.no.length,
      }
    }),
  )
}

const percent = (share: number): string => (share * 100).toFixed(1)

function print(): void {
  const scores = scoreAll()
  printTable(
    ['signal', 'half', 'examples', 'precision', 'recall', 'F1'],
    scores.map(({ name, half, examples, score }) => [
      name,
      half,
      String(examples),
      percent(score.precision),
      percent(score.recall),
      percent(score.f1),
    ]),
  )
  // What the frozen half gets wrong is not shown, so that nobody tunes for it.
  for (const { name, half, score } of scores) {
    if (half === 'tuning') for (const wrong of score.wrong) console.log(`${name}: ${wrong}`)
  }
}

if (import.meta.main) print()
