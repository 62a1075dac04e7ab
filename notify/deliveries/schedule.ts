const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** When a delivery is tried, counted from its first try. */
export const SCHEDULE_MS = [
  ...[0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE],
  ...[2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
] as const

/** Tries come late by up to this share of the gap before them, so that a receiver that is back is not stormed. */
const JITTER = 0.1

const LONGEST_WAIT_MS = 24 * HOUR

type Done = { first_try_at: number; tries: number; now: number; retry_after_ms: number | null }

/** When it is tried next; null when that was the last try. A receiver may ask for later, by at most a day. */
export function nextTry({ first_try_at, tries, now, retry_after_ms }: Done, random: number): number | null {
  const offset = SCHEDULE_MS[tries]
  if (offset === undefined) return null
  const gap = offset - (SCHEDULE_MS[tries - 1] ?? 0)
  const planned = first_try_at + offset + gap * JITTER * random
  const asked = now + Math.min(retry_after_ms ?? 0, LONGEST_WAIT_MS)
  // After a long pause of the hub what was missed is not made up for in one burst.
  return Math.round(Math.max(planned, asked, now + 5 * SECOND))
}

/** The milliseconds that `Retry-After` asks for, in seconds or as a date; null where it says neither. */
export function readRetryAfter(text: string | undefined, now: number): number | null {
  if (text === undefined) return null
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * SECOND
  const at = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
