import type { Series } from './tiles.tsx'

/** A bucket's place on the clock, in milliseconds since 1970. */
export type Edges = { from: number; to: number }

/**
 * From where to where each bucket goes: from its start to the start of the next. The last one reaches to its edge, so that
 * a link to it takes in what is still to come, but not beyond the end that a window was given.
 */
export function edgesOf({ buckets, bucket_seconds, totals }: Series, has_end: boolean): Edges[] {
  const width = bucket_seconds * 1000
  const starts = buckets.map(({ start_time }) => Date.parse(start_time))
  return starts.map((from, n) => {
    const edge = Math.floor(from / width) * width + width
    const end = has_end ? Math.min(edge, Date.parse(totals.end_time)) : edge
    return { from, to: starts[n + 1] ?? end }
  })
}

/** A time as the fields of the window have it: UTC, without a zone, no longer than it must be. */
export const fieldTime = (ms: number): string =>
  new Date(ms)
    .toISOString()
    .slice(0, -1)
    .replace(/(:00)?\.000$/, '')

/** A stretch of time in words, in UTC. */
export function stretch({ from, to }: Edges): string {
  const [start, end] = [fieldTime(from).replace('T', ' '), fieldTime(to).replace('T', ' ')]
  return start.slice(0, 10) === end.slice(0, 10) ? `${start}–${end.slice(11)} UTC` : `${start} – ${end} UTC`
}
