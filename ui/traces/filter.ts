import type { Static } from '@sinclair/typebox'
import type { listTraces } from '#shared/contract/traces.ts'
import { readTime, writeTime } from '#shared/time.ts'
import { PLAIN_NAMES } from '../query-bar/conditions.ts'
import type { Viewer } from '../viewer.ts'

export const RANGES = { all: null, '1h': 1, '6h': 6, '24h': 24, '7d': 168, '30d': 720 } as const
export type Range = keyof typeof RANGES

export const PAGE_SIZES = [10, 50, 100] as const
export const PAGE_SIZE = 50
const HOUR_MS = 3_600_000
/** A window that goes with the clock moves by whole minutes, so that a poll can find nothing new. */
const MINUTE_MS = 60_000

/** Parameters that narrow the list; the others only say how it is shown. */
const WINDOW = ['range', 'from', 'to'] as const
const NARROWING = ['q', 'search', ...PLAIN_NAMES, ...WINDOW] as const

const isRange = (text: string): text is Range => Object.hasOwn(RANGES, text)

export function rangeOf({ url }: Viewer): Range {
  const text = url.searchParams.get('range') ?? 'all'
  return isRange(text) ? text : 'all'
}

export function pageSizeOf({ url }: Viewer): number {
  const asked = Number(url.searchParams.get('page_size'))
  return PAGE_SIZES.find((size) => size === asked) ?? PAGE_SIZE
}

const isSaid = ({ url }: Viewer, name: (typeof NARROWING)[number]) => {
  const value = url.searchParams.get(name) ?? ''
  return value !== '' && !(name === 'range' && value === 'all')
}

/** The parts of the window that are in force, as name and value. */
export const activeWindow = (viewer: Viewer): [name: (typeof WINDOW)[number], value: string][] =>
  WINDOW.filter((name) => isSaid(viewer, name)).map((name) => [name, viewer.url.searchParams.get(name) ?? ''])

/** Whether anything keeps a trace from being listed. */
export const isNarrowed = (viewer: Viewer): boolean => NARROWING.some((name) => isSaid(viewer, name))

/** A link to the list from its newest trace on, with some changes; it leads to where the list begins on its page. */
export const toList = (viewer: Viewer, changes: Record<string, string | null> = {}): string =>
  `${viewer.keep('/', { cursor: null, ...changes })}#filter`

/** A link to the list without its conditions, its window, or one part of that. */
export const without = (viewer: Viewer, ...names: (typeof NARROWING)[number][]): string => {
  const gone = names.length === 0 ? NARROWING : names
  return toList(viewer, Object.fromEntries(gone.map((name) => [name, null])))
}

/** A field of type datetime-local has no zone; here it is said to be UTC. */
export const asUtc = (text: string) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?$/.test(text) ? `${text.padEnd(19, ':00')}Z` : text

/** The window of a page leaves its last moment out, the list of the API takes it in. */
function justBefore(time: string): string {
  const micros = readTime(time)
  return micros === null ? time : writeTime(micros - 1)
}

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
      : new Date(Math.floor((now - hours * HOUR_MS) / MINUTE_MS) * MINUTE_MS).toISOString()
  const wanted = {
    page_size: pageSizeOf(viewer),
    cursor: given('cursor'),
    start_time: since,
    end_time: to ? justBefore(asUtc(to)) : undefined,
    search: given('search'),
    q: given('q'),
    ...Object.fromEntries(PLAIN_NAMES.map((name) => [name, given(name)])),
  }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}
