/** What a trace or a span has come to; the number is its form in the tables. */
export const STATUSES = ['running', 'success', 'error', 'interrupted', 'cancelled'] as const

export type Status = (typeof STATUSES)[number]

export const RUNNING = 0
export const SUCCESS = 1
export const ERROR = 2

/** A running trace with open spans of which nothing came for this long reads as stale. */
export const STALE_MS = 30 * 60_000

const ALIASES: Record<string, Status> = {
  started: 'running',
  in_progress: 'running',
  pending: 'running',
  open: 'running',
  ok: 'success',
  succeeded: 'success',
  completed: 'success',
  complete: 'success',
  done: 'success',
  ended: 'success',
  failed: 'error',
  failure: 'error',
  errored: 'error',
  timeout: 'error',
  interrupt: 'interrupted',
  paused: 'interrupted',
  canceled: 'cancelled',
  aborted: 'cancelled',
}

/** The number of a status or of one of its common other names; null when it is none. */
export function statusCode(text: string): number | null {
  const lower = text.toLowerCase()
  const known = STATUSES.indexOf((Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : lower) as Status)
  return known === -1 ? null : known
}

export const statusName = (code: number | null): Status => STATUSES[code ?? RUNNING] ?? 'running'
