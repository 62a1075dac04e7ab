import type { JsonCheck } from './check-json.ts'
import { MAX_TEXT, readText, type Text } from './text.ts'

/** One evaluation as rules see it. */
export type EvalSaid = { name: string; score: number; passed: boolean }

/** What the signals of one decision are computed from; what was not sent is null or empty, never a guess. */
export type Said = {
  input: string
  output: string
  contexts: string[]
  latency_ms: number | null
  cost_usd: number | null
  evals: EvalSaid[]
}

/** What a policy may turn on the built-in signals. */
export type Settings = {
  pii?: { kinds?: string[]; in?: Side }
  secrets?: { in?: Side }
  groundedness?: { min_chars?: number }
  json?: { schema?: JsonCheck }
}
export type Side = 'input' | 'output' | 'both'

/** All contexts together: several times one text, since documents are what answers are compared with. */
export const MAX_CONTEXTS = 4 * MAX_TEXT

/** What one decision says, with its texts prepared the first time that a signal reads them. */
export type Reading = {
  said: Said
  settings: Settings
  input(): Text
  output(): Text
  contexts(): { texts: Text[]; truncated: boolean }
}

/** A value that is computed from a reading once, when it is first asked for. */
export function once<T>(make: (reading: Reading) => T): (reading: Reading) => T {
  const kept = new WeakMap<Reading, { value: T }>()
  return (reading) => {
    const known = kept.get(reading)
    if (known) return known.value
    const value = make(reading)
    kept.set(reading, { value })
    return value
  }
}

const inputOf = once(({ said }) => readText(said.input))
const outputOf = once(({ said }) => readText(said.output))

/** The contexts in their order, as far as MAX_CONTEXTS characters reach. */
const contextsOf = once(({ said }) => {
  const texts: Text[] = []
  let left = MAX_CONTEXTS
  for (const context of said.contexts) {
    const text = readText(context)
    // An empty one costs too, so that their number is bounded.
    left -= text.plain.length + 16
    if (left < 0) return { texts, truncated: true }
    texts.push(text)
  }
  return { texts, truncated: texts.some(({ truncated }) => truncated) }
})

/** Begins to read what one decision says. Nothing is computed before a signal asks. */
export function openReading(said: Said, settings: Settings = {}): Reading {
  const reading: Reading = {
    said,
    settings,
    input: () => inputOf(reading),
    output: () => outputOf(reading),
    contexts: () => contextsOf(reading),
  }
  return reading
}

/** The texts of the sides that a signal looks at. */
export function sides(reading: Reading, side: Side): { in: 'input' | 'output'; text: Text }[] {
  return [
    ...(side === 'output' ? [] : [{ in: 'input' as const, text: reading.input() }]),
    ...(side === 'input' ? [] : [{ in: 'output' as const, text: reading.output() }]),
  ]
}
