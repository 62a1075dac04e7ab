import type { Input } from '#shared/contract/endpoint.ts'
import type { series } from '#shared/contract/stats.ts'
import { HubError, type Issue } from '#shared/errors.ts'
import { readTime } from '#shared/time.ts'

type Query = Input<typeof series>['query']

const MINUTE_US = 60_000_000
const HOUR_US = 60 * MINUTE_US
const DEFAULT_HOURS = 24
const MOST_HOURS = 2160
const DEFAULT_BUCKETS = 48
/** Up to here buckets are minutes and counted from the traces; above they are whole hours, which are rolled up. */
const FINE_US = 6 * HOUR_US
const MINUTES = [1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 360, 720].map((length) => length * MINUTE_US)
const HOURS = [1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168, 336, 720, 1440, 2160, 4320].map(
  (length) => length * HOUR_US,
)

/** Start times in microseconds, `until` left out, and the length of a bucket. */
export type Window = { since: number; until: number; width: number }

const TIME = 'Expected an RFC 3339 time with a zone, like 2026-02-07T10:00:00Z; a plus sign is %2B in a URL'

/** The shortest length of a nice bucket that needs no more of them than wished. */
function widthOf(since: number, until: number, buckets: number): number {
  const lengths = until - since <= FINE_US ? MINUTES : HOURS
  const count = (width: number) => Math.ceil(until / width) - Math.floor(since / width)
  // A window that lies across an edge needs two of any length: then it is one bucket, cut at neither end.
  return lengths.find((width) => count(width) <= buckets) ?? until
}

/** Reads the window of a question, which is bounded whatever is asked. */
export function readWindow(query: Query, now_ms: number): Window {
  const issues: Issue[] = []
  const fault = (name: keyof Query, type: string, msg: string) => {
    issues.push({ type, loc: ['query', name], msg })
    return null
  }
  const time = (name: 'start_time' | 'end_time') => {
    const text = query[name]
    return text === undefined ? null : (readTime(text) ?? fault(name, 'datetime_parsing', TIME))
  }
  const [start, end] = [time('start_time'), time('end_time')]
  if (query.last_hours !== undefined && query.start_time !== undefined) {
    fault('last_hours', 'value_error', 'Give last_hours or start_time, not both')
  }
  // Now itself is still in the window, as in the overview.
  const until = end ?? now_ms * 1000 + 1
  const since = start ?? until - (query.last_hours ?? DEFAULT_HOURS) * HOUR_US
  if (issues.length === 0 && since >= until) {
    const [name, msg] =
      query.end_time === undefined
        ? (['start_time', 'start_time is in the future'] as const)
        : (['end_time', 'end_time is not after start_time'] as const)
    fault(name, 'value_error', msg)
  }
  if (issues.length === 0 && until - since > MOST_HOURS * HOUR_US) {
    fault('start_time', 'value_error', `The window is longer than ${MOST_HOURS} hours`)
  }
  if (issues.length > 0) throw new HubError('validation_error', { issues })
  return { since, until, width: widthOf(since, until, query.buckets ?? DEFAULT_BUCKETS) }
}
