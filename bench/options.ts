import { parseArgs } from 'node:util'

/** What the command line may say of a run. */
export type Options = {
  spans: number
  rounds: number
  /** A data directory that stays, and is used again when it holds spans. */
  keep: string | undefined
  /** A few seconds in small: shows that the bench runs, measures nothing. */
  quick: boolean
}

const BENCHES = ['ingest', 'decide', 'reads', 'search', 'ui'] as const

export const USAGE = `npm run bench -- [ingest | decide | reads | search | ui] [options]      without a name: all

  --rounds N     ingest, decide: interleaved rounds of floors and hub (5)
  --spans N      reads, search, ui: how many spans there are (1000000; ui alone 100000)
  --keep DIR     reads, search, ui: a data directory to fill and keep, or to use again
  --quick        a small run that shows that the bench works; its figures mean nothing
`

/** A command line that cannot be followed. */
export class UsageError extends Error {}

function whole(name: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0
  if (value < 1 || value > 100_000_000) throw new UsageError(`--${name} must be a whole number from 1`)
  return value
}

const parse = (argv: string[]) =>
  parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      spans: { type: 'string' },
      rounds: { type: 'string' },
      keep: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })

function tryToParse(argv: string[]): ReturnType<typeof parse> {
  try {
    return parse(argv)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'it cannot be read')
  }
}

/** Which benches are asked for, and how. */
export function readOptions(argv: string[]): { benches: (typeof BENCHES)[number][]; options: Options } {
  const { values, positionals } = tryToParse(argv)
  const unknown = positionals.find((name) => !BENCHES.some((bench) => bench === name))
  if (unknown !== undefined) throw new UsageError(`there is no bench ${unknown}`)
  const asked = BENCHES.filter((bench) => positionals.includes(bench))
  const benches = asked.length > 0 ? asked : [...BENCHES]
  const usual = benches.every((name) => name === 'ui') ? '100000' : '1000000'
  return {
    benches,
    options: {
      spans: whole('spans', values.spans ?? (values.quick ? '5000' : usual)),
      rounds: whole('rounds', values.rounds ?? (values.quick ? '1' : '5')),
      keep: values.keep,
      quick: values.quick,
    },
  }
}
