import { HubError, type Issue } from '#shared/errors.ts'
import { readTime } from '#shared/time.ts'

type Asked = { start_time?: string | undefined; end_time?: string | undefined }

/** From when to when, in microseconds since 1970; null where no bound is set. */
export type Times = { since: number | null; until: number | null }

const TIME = 'Expected an RFC 3339 time with a zone, like 2026-02-07T10:00:00Z; a plus sign is %2B in a URL'

/** Reads `start_time` and `end_time` of a query; throws what is wrong with them, and the issues that are known already. */
export function readTimes(query: Asked, issues: Issue[] = []): Times {
  const time = (name: keyof Asked) => {
    const text = query[name]
    const read = text === undefined ? null : readTime(text)
    if (text !== undefined && read === null)
      issues.push({ type: 'datetime_parsing', loc: ['query', name], msg: TIME })
    return read
  }
  const [since, until] = [time('start_time'), time('end_time')]
  if (since !== null && until !== null && since > until) {
    issues.push({ type: 'value_error', loc: ['query', 'end_time'], msg: 'end_time is before start_time' })
  }
  if (issues.length > 0) throw new HubError('validation_error', { issues })
  return { since, until }
}
