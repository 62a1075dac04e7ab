import { readTime } from '../../time.ts'
import { Unfit } from '../native/refuse.ts'

const LATEST_MS = Date.UTC(2200, 0, 1)
const ZONE = /(?:[Zz]|[+-]\d\d:\d\d)$/

/** Microseconds of a time as clients write it: ISO 8601, in UTC where no zone is named, or milliseconds; null for none. */
export function readStamp(said: unknown): number | null {
  if (typeof said === 'string') return readTime(ZONE.test(said) ? said : `${said}Z`)
  return typeof said === 'number' && said >= 0 && said < LATEST_MS ? Math.round(said * 1000) : null
}

/** The same, where one is said at all; throws an Unfit for what is no time. */
export function stamp(said: string | number | null | undefined, at: (string | number)[]): number | null {
  if (said === null || said === undefined) return null
  const micros = readStamp(said)
  if (micros !== null) return micros
  const msg = 'Expected an ISO 8601 time or milliseconds since 1970, from 1970 to 2199'
  throw new Unfit([{ type: 'datetime_parsing', loc: at, msg }])
}
