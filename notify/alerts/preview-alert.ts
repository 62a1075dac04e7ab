import type { previewAlert as contract, WantedWatch } from '#shared/contract/alerts.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import type { Principal } from '#shared/http/auth.ts'
import type { NotifyDeps } from '../deps.ts'
import { projectOf } from '../project-of.ts'
import { wholeWatch } from './change-alerts.ts'
import { MEASURES } from './measure.ts'
import { nextStanding, type Standing } from './next-state.ts'

const MINUTE_MS = 60_000
const DAYS_MINUTES = 7 * 24 * 60
/** Looks that a preview takes at most: a window is looked at three times while it passes, yet not more often than this. */
const MOST_LOOKS = 2016

type Preview = Output<typeof contract>

/** The last 7 days as an alert would have seen them, and when it would have fired. */
export async function previewAlert(
  { database, clock }: NotifyDeps,
  wanted: WantedWatch,
  principal: Principal,
): Promise<Preview> {
  const { project_no } = projectOf(principal)
  const watch = wholeWatch(wanted)
  const step_minutes = Math.max(Math.ceil(DAYS_MINUTES / MOST_LOOKS), Math.floor(watch.window_minutes / 3))
  const looks = Math.floor(DAYS_MINUTES / step_minutes)
  const now = clock()
  const times = Array.from({ length: looks }, (_, at) => now - (looks - 1 - at) * step_minutes * MINUTE_MS)
  const stretches = times.map((until) => ({ from: until - watch.window_minutes * MINUTE_MS, until }))
  const values = await MEASURES[watch.metric](database.read, project_no, watch.filter, stretches)
  const firings: Preview['firings'] = []
  let standing: Standing = { state: 'ok', since: times[0] ?? now }
  for (const [at, value] of values.entries()) {
    const time = times[at] ?? now
    const next = nextStanding(watch, standing, value, time)
    if (next.state === 'firing' && standing.state !== 'firing')
      firings.push({ from: new Date(time).toISOString(), until: null })
    const last = firings.at(-1)
    if (last && next.state === 'ok' && standing.state === 'firing') last.until = new Date(time).toISOString()
    standing = next
  }
  const points = values.map((value, at) => ({ at: new Date(times[at] ?? now).toISOString(), value }))
  return { step_minutes, points, firings }
}
