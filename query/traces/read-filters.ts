import type { Static } from '@sinclair/typebox'
import type { listTraces } from '#shared/contract/traces.ts'
import { HubError, type Issue } from '#shared/errors.ts'
import { explainFault } from '#shared/filter/explain-fault.ts'
import { parseFilter } from '#shared/filter/parse-filter.ts'
import type { Term } from '#shared/filter/term.ts'
import { STATUSES, statusCode } from '#shared/schema/status.ts'
import { readTime } from '#shared/time.ts'
import { readSearch } from '../search/read-terms.ts'

/** The parameters that say which traces; the others of an operation say how they are shown. */
export type Query = Pick<
  Static<(typeof listTraces)['query']>,
  | 'start_time'
  | 'end_time'
  | 'status'
  | 'model'
  | 'environment'
  | 'user_id'
  | 'session_id'
  | 'tag'
  | 'search'
  | 'q'
>

/** Which traces are asked for; null = no such filter. Times in microseconds since 1970. */
export type Filters = {
  since: number | null
  until: number | null
  status: number | 'stale' | null
  model: string | null
  environment: string | null
  user_id: string | null
  session_id: string | null
  tag: string | null
  /** The conditions of `q`; a text of `search` is one of them. */
  terms: Term[]
  is_search: boolean
  /** The traces that a search has found; null before it, and for one that only says what must not be there. */
  found: { trace_nos: string[]; is_complete: boolean } | null
}

const TIME = 'Expected an RFC 3339 time with a zone, like 2026-02-07T10:00:00Z; a plus sign is %2B in a URL'

/** Reads what the schema cannot say: times, states, and text that no trace could hold. */
export function readFilters(query: Query): Filters {
  const issues: Issue[] = []
  const fault = (name: keyof Query, type: string, msg: string) => {
    issues.push({ type, loc: ['query', name], msg })
    return null
  }
  for (const [name, value] of Object.entries(query) as [keyof Query, unknown][]) {
    if (typeof value === 'string' && value.includes('\0'))
      fault(name, 'string_not_printable', 'Text has no NUL')
  }
  const time = (name: 'start_time' | 'end_time') => {
    const text = query[name]
    return text === undefined ? null : (readTime(text) ?? fault(name, 'datetime_parsing', TIME))
  }
  const status = (text: string) =>
    text.toLowerCase() === 'stale'
      ? 'stale'
      : (statusCode(text) ?? fault('status', 'enum', `Expected one of ${STATUSES.join(', ')}, stale`))
  const { terms, faults } = parseFilter(query.q ?? '')
  for (const wrong of faults) fault('q', `filter_${wrong.code}`, explainFault(wrong))
  if (query.search !== undefined) terms.push(...readSearch(query.search))
  const filters: Filters = {
    since: time('start_time'),
    until: time('end_time'),
    status: query.status === undefined ? null : status(query.status),
    model: query.model ?? null,
    environment: query.environment ?? null,
    user_id: query.user_id ?? null,
    session_id: query.session_id ?? null,
    tag: query.tag ?? null,
    terms,
    is_search: terms.some(({ kind }) => kind === 'text'),
    found: null,
  }
  if (filters.since !== null && filters.until !== null && filters.since > filters.until) {
    fault('end_time', 'value_error', 'end_time is before start_time')
  }
  if (issues.length > 0) throw new HubError('validation_error', { issues })
  return filters
}
