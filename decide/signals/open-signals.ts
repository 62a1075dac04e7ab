import { CATALOGUE } from './catalogue.ts'
import { openReading, type Reading, type Said, type Settings } from './reading.ts'
import type { Signal, SignalValue } from './signal.ts'
import type { Found } from './text.ts'

/** A signal of one decision: its value, null where nobody knows, and whether a text behind it was cut. */
export type Value = { value: SignalValue | null; truncated: boolean }

/** The signals of one decision, each computed the first time that it is read, and never again. */
export type Signals = {
  read(name: string): Value | undefined
  /** What a bare `signals.<name>` of the MVP's conditions means: what counts is true above zero. */
  readBare(name: string): SignalValue | null | undefined
  /** Where it was found; places only. */
  find(name: string): Found[]
  /** The names of those computed so far, in the order in which they were asked for. */
  computed(): string[]
}

const BUILT_IN = new Map(CATALOGUE.map((signal) => [signal.name, signal]))

/** Those that share a bare name answer together: one that is true is enough. */
const BARE = Map.groupBy(
  CATALOGUE.filter(({ bare }) => bare !== undefined),
  ({ bare }) => bare,
)

function isTruncated(reading: Reading, { reads }: Signal): boolean {
  return reads.some((what) => reading[what]().truncated)
}

/** Opens the signals of one decision; `own` are those that its policy defines. */
export function openSignals(said: Said, settings: Settings = {}, own: readonly Signal[] = []): Signals {
  const reading = openReading(said, settings)
  const defined = new Map(own.map((signal) => [signal.name, signal]))
  const known = new Map<string, Value>()
  const signalOf = (name: string) => BUILT_IN.get(name) ?? defined.get(name)

  function read(name: string): Value | undefined {
    const before = known.get(name)
    if (before) return before
    const signal = signalOf(name)
    if (!signal) return undefined
    const value = { value: signal.compute(reading), truncated: isTruncated(reading, signal) }
    known.set(name, value)
    return value
  }

  function readBare(name: string): SignalValue | null | undefined {
    const answering = BARE.get(name)
    if (!answering) return read(name)?.value
    const values = answering.map((signal) => ({ type: signal.type, value: read(signal.name)?.value ?? null }))
    const [first] = values
    if (first?.type !== 'int') return first?.value
    return values.some(({ value }) => value === true || (typeof value === 'number' && value > 0))
  }

  return {
    read,
    readBare,
    find: (name) => signalOf(name)?.find?.(reading) ?? [],
    computed: () => [...known.keys()],
  }
}
