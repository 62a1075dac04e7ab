import type { Alert, Watch } from '#shared/contract/alerts.ts'

const MINUTE_MS = 60_000

/** Where an alert stands, and since when. */
export type Standing = { state: Alert['state']; since: number }

/** Whether a figure is too much; null where no data is no news. */
function isTooMuch({ comparison, threshold, no_data }: Watch, value: number | null): boolean | null {
  if (value === null) return no_data === 'keep' ? null : no_data === 'fire'
  return comparison === 'above' ? value > threshold : value < threshold
}

/** Where an alert stands after another look: it fires once it was too much for as long as was asked. */
export function nextStanding(
  watch: Watch,
  { state, since }: Standing,
  value: number | null,
  now: number,
): Standing {
  const too_much = isTooMuch(watch, value)
  if (too_much === null) return { state, since }
  if (!too_much) return state === 'ok' ? { state, since } : { state: 'ok', since: now }
  if (state === 'firing') return { state, since }
  const began = state === 'pending' ? since : now
  return now - began >= watch.for_minutes * MINUTE_MS
    ? { state: 'firing', since: now }
    : { state: 'pending', since: began }
}
