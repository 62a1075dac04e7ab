import { readTime } from '#shared/time.ts'
import type { Viewer } from '../viewer.ts'
import { asUtc, RANGES, rangeOf, type Range } from './filter.ts'

/** The windows that can be chosen, besides one from a time to a time; without a choice the figures are of a day. */
export const WINDOWS = ['1h', '6h', '24h', '7d', '30d'] as const satisfies Range[]
export type Window = (typeof WINDOWS)[number]

const DEFAULT: Window = '24h'
const MICROS_IN_MS = 1000
const SLA_MS = 5000
const MOST_SLA_MS = 604_800_000

const isWindow = (range: Range): range is Window => WINDOWS.some((name) => name === range)

/** The chosen window; null when it goes from a time to a time. */
export function windowOf(viewer: Viewer): Window | null {
  const { searchParams } = viewer.url
  if (searchParams.get('from') || searchParams.get('to')) return null
  const range = rangeOf(viewer)
  return isWindow(range) ? range : DEFAULT
}

/** The window in the URL as the API is asked for it. */
export function windowQuery(viewer: Viewer): { last_hours?: number; start_time?: string; end_time?: string } {
  const window = windowOf(viewer)
  if (window !== null) return { last_hours: RANGES[window] }
  const [from, to] = ['from', 'to'].map((name) => viewer.url.searchParams.get(name))
  return { ...(from && { start_time: asUtc(from) }), ...(to && { end_time: asUtc(to) }) }
}

/** The ends of a window from a time to a time, in milliseconds since 1970; null where one is open or no time. */
export function betweenOf({ url }: Viewer): { from: number; to: number } | null {
  const [from = NaN, to = NaN] = ['from', 'to'].map((name) => {
    const micros = readTime(asUtc(url.searchParams.get(name) ?? ''))
    return micros === null ? NaN : micros / MICROS_IN_MS
  })
  return to > from ? { from, to } : null
}

/** How long a trace may take, in milliseconds; the URL has it in seconds. */
export function slaOf({ url }: Viewer): number {
  const text = url.searchParams.get('sla') ?? ''
  const ms = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1000) : 0
  return ms >= 1 && ms <= MOST_SLA_MS ? ms : SLA_MS
}
