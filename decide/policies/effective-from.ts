import { HubError } from '#shared/errors.ts'
import { readTime } from '#shared/time.ts'

/** When a version begins to be in effect: now when nothing is said; a time without a zone is UTC, as ever. */
export function readEffectiveFrom(text: string | null | undefined, now: number): Date {
  if (text === null || text === undefined) return new Date(now)
  const micros = readTime(text) ?? readTime(`${text}Z`) ?? readTime(`${text}T00:00:00Z`)
  if (micros !== null) return new Date(Math.floor(micros / 1000))
  const msg = 'This is no time: write RFC 3339, such as 2026-01-01T00:00:00Z'
  throw new HubError('validation_error', {
    issues: [{ type: 'datetime_parsing', loc: ['body', 'effective_from'], msg }],
  })
}
