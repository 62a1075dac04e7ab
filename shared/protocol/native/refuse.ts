import type { Static, TSchema } from '@sinclair/typebox'
import type { Issue } from '../../errors.ts'
import { checkOf, findIssues } from '../../schema/check.ts'
import { statusCode, STATUSES } from '../../schema/status.ts'
import { readTime } from '../../time.ts'

/** Why an item cannot be taken; turned into a refusal of that item, or into a 422 when it is the envelope. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
  readonly code: 'validation_error' | 'trace_mismatch'
  readonly issues: Issue[]

  constructor(issues: Issue[], code: Unfit['code'] = 'validation_error') {
    super(issues.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; '))
    this.code = code
    this.issues = issues
  }
}

type Place = (string | number)[]

/** A value that fits its schema; throws Unfit with the place of each fault. */
export function fit<T extends TSchema>(schema: T, value: unknown, at: Place): Static<T> {
  const check = checkOf(schema)
  if (check.Check(value)) return value
  throw new Unfit(findIssues(check, value, at))
}

/** A time in microseconds; null only when nothing was given. */
export function time(text: string, at: Place): number
export function time(text: string | null | undefined, at: Place): number | null
export function time(text: string | null | undefined, at: Place): number | null {
  if (text === null || text === undefined) return null
  const micros = readTime(text)
  if (micros !== null) return micros
  throw new Unfit([
    {
      type: 'datetime_parsing',
      loc: at,
      msg: 'Expected an RFC 3339 time with a zone, like 2026-02-07T10:00:00Z',
    },
  ])
}

/** A status code; null when nothing was given. */
export function status(text: string | null | undefined, at: Place): number | null {
  if (text === null || text === undefined || text === '') return null
  const code = statusCode(text)
  if (code !== null) return code
  throw new Unfit([{ type: 'enum', loc: at, msg: `Expected one of ${STATUSES.join(', ')}` }])
}
