import type { Static } from '@sinclair/typebox'
import type { listTraces } from '#shared/contract/traces.ts'
import type { Viewer } from '../viewer.ts'

/** The filters that a URL can hold, besides `search`, in the order of the form. */
export const FIELDS = ['model', 'environment', 'user_id', 'session_id', 'tag'] as const

export const RANGES = { all: null, '1h': 1, '24h': 24, '7d': 168 } as const
export type Range = keyof typeof RANGES

export const PAGE_SIZES = [10, 50, 100] as const
const PAGE_SIZE = 50
const HOUR_MS = 3_600_000

/** Parameters that narrow the list; the others only say how it is shown. */
const NARROWING = ['search', 'status', 'range', 'from', 'to', ...FIELDS] as const

const isRange = (text: string): text is Range => Object.hasOwn(RANGES, text)

export function rangeOf({ url }: Viewer): Range {
  const text = url.searchParams.get('range') ?? 'all'
  return isRange(text) ? text : 'all'
}

export function pageSizeOf({ url }: Viewer): number {
  const asked = Number(url.searchParams.get('page_size'))
  return PAGE_SIZES.find((size) => size === asked) ?? PAGE_SIZE
}

/** The filters in force, as name and value. */
export const activeFilters = ({ url }: Viewer): [name: (typeof NARROWING)[number], value: string][] =>
  NARROWING.flatMap((name) => {
    const value = url.searchParams.get(name) ?? ''
    return value === '' || (name === 'range' && value === 'all') ? [] : [[name, value]]
  })

/** A link to the list without one filter, or without any. */
export const without = (viewer: Viewer, name?: string): string => {
  const names: readonly string[] = name === undefined ? NARROWING : [name]
  return viewer.keep('/', { cursor: null, ...Object.fromEntries(names.map((gone) => [gone, null])) })
}

/** A field of type datetime-local has no zone; here it is said to be UTC. */
const asUtc = (text: string) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text) ? `${text.padEnd(19, ':00')}Z` : text

/** The question to the API that a URL stands for. */
export function listQuery(viewer: Viewer): Static<(typeof listTraces)['query']> {
  const { url, now } = viewer
  const given = (name: string) => url.searchParams.get(name) || undefined
  const hours = RANGES[rangeOf(viewer)]
  const from = given('from')
  const to = given('to')
  const since = from
    ? asUtc(from)
    : hours === null
      ? undefined
      : new Date(now - hours * HOUR_MS).toISOString()
  const wanted = {
    page_size: pageSizeOf(viewer),
    cursor: given('cursor'),
    start_time: since,
    end_time: to ? asUtc(to) : undefined,
    status: given('status'),
    search: given('search'),
    ...Object.fromEntries(FIELDS.map((name) => [name, given(name)])),
  }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}
