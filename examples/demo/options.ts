import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { Trouble } from './trouble.ts'

/** What the person asked for. */
export type Options = {
  base: string
  key: string
  seed: string
  traces: number
  /** The end of the day that is told, in milliseconds since 1970. */
  until: number
  live: boolean
}

export const HELP = `Sends a believable day of LLM traces to a running hub, and makes the policy default-safety.

  npm run demo -- [options]

  --traces N    how many traces, 0 to 100000 (default 400)
  --seed TEXT   the same seed sends the same traces again: the hub counts them as duplicates
  --until TIME  the end of the 24 hours, RFC 3339 (default: the last full ten minutes)
  --live        afterwards keep runs ticking, until Ctrl-C
  --help

TRACEHUB_BASE_URL (default http://localhost:8000) and TRACEHUB_API_KEY (default dev-key) name the hub.`

const TEN_MINUTES = 600_000
const MOST_TRACES = 100_000

function readTraces(text: string | undefined): number {
  if (text === undefined) return 400
  const traces = /^\d+$/.test(text) ? Number(text) : Infinity
  if (traces > MOST_TRACES) throw new Trouble(`--traces must be a whole number from 0 to ${MOST_TRACES}`)
  return traces
}

function readUntil(text: string | undefined, now: number): number {
  if (text === undefined) return Math.floor(now / TEN_MINUTES) * TEN_MINUTES
  const until = /T.*(Z|[+-]\d\d:\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(until))
    throw new Trouble('--until must be a time with a zone, such as 2026-02-07T18:00:00Z')
  return until
}

function readBase(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Trouble('TRACEHUB_BASE_URL must be a URL that starts with http:// or https://')
  }
  return text.replace(/\/+$/, '')
}

function parse(args: string[]) {
  try {
    const text = { type: 'string' } as const
    const flag = { type: 'boolean', default: false } as const
    return parseArgs({ args, options: { traces: text, seed: text, until: text, live: flag, help: flag } })
      .values
  } catch (error) {
    throw new Trouble(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
  }
}

/** Reads the command line and the environment; null when only help was asked for. */
export function readOptions(args: string[], env: NodeJS.ProcessEnv, now: number): Options | null {
  const { traces, seed, until, live, help } = parse(args)
  if (help) return null
  return {
    base: readBase(env['TRACEHUB_BASE_URL'] || 'http://localhost:8000'),
    key: env['TRACEHUB_API_KEY'] || 'dev-key',
    seed: seed ?? randomUUID().slice(0, 8),
    traces: readTraces(traces),
    until: readUntil(until, now),
    live,
  }
}
