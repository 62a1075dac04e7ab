import type { News } from '#shared/events.ts'
import { repeat } from '#shared/process/repeat.ts'
import { announce } from '#shared/store/announce.ts'
import type { Transaction } from '#shared/store/connect.ts'
import type { NotifyDeps } from '../deps.ts'
import type { AlertRow } from './alert-row.ts'
import { MEASURES } from './measure.ts'
import { nextStanding } from './next-state.ts'

const MINUTE_MS = 60_000
const PAUSE_MS = 5000

/** The next alert whose minute is over; no other process looks at it meanwhile. */
async function claimDue(sql: Transaction, now: number): Promise<AlertRow | null> {
  const [row] = await sql<AlertRow[]>`
    select * from alerts where enabled and checked_at <= ${new Date(now - MINUTE_MS)}
    order by checked_at limit 1 for update skip locked`
  return row ?? null
}

const newsOf = (row: AlertRow, fired: boolean, value: number | null, since: number): News => ({
  project_no: row.project_no,
  event: fired ? 'alert.fired' : 'alert.recovered',
  payload: {
    ...{ alert_id: row.alert_id, name: row.name, severity: row.severity, metric: row.metric, value },
    ...{ comparison: row.comparison, threshold: row.threshold, window_minutes: row.window_minutes },
    since: new Date(since).toISOString(),
  },
})

/**
 * The figure of the last window. One alert cannot hold up the others for long; what takes too long changes nothing, rather
 * than to say that all is well.
 */
async function measure(
  sql: Transaction,
  { metric, project_no, filter, window_minutes }: AlertRow,
  now: number,
) {
  await sql`set local statement_timeout = '5s'`
  const stretch = { from: now - window_minutes * MINUTE_MS, until: now }
  const [value = null] = await MEASURES[metric](sql, project_no, filter, [stretch])
  return value
}

/** Looks at one alert, and tells when it began to fire or has recovered, in one transaction; false when none is due. */
async function lookAtOne(deps: NotifyDeps): Promise<boolean> {
  const now = deps.clock()
  let seen: string | null = null
  try {
    const { looked, is_told } = await deps.database.sql.begin(async (sql) => {
      const row = await claimDue(sql, now)
      if (!row) return { looked: false, is_told: false }
      seen = row.alert_id
      const value = await measure(sql, row, now)
      const next = nextStanding(row, { state: row.state, since: row.since.getTime() }, value, now)
      await sql`
        update alerts set state = ${next.state}, since = ${new Date(next.since)}, value = ${value},
          checked_at = ${new Date(now)}
        where alert_id = ${row.alert_id}`
      const fires = next.state === 'firing'
      const is_news = fires !== (row.state === 'firing')
      if (is_news) await announce(sql, [newsOf(row, fires, value, next.since)], new Date(now))
      return { looked: true, is_told: is_news }
    })
    if (is_told) deps.bus.publish('outbox.ready.v1', {})
    return looked
  } catch (cause) {
    if (seen === null) throw cause
    deps.log.warn('an alert could not be measured', { alert_id: seen }, cause)
    await deps.database.sql`update alerts set checked_at = ${new Date(now)} where alert_id = ${seen}`
    return true
  }
}

/** Looks at every alert that is due. */
export async function lookAtAlerts(deps: NotifyDeps, stopping: () => boolean = () => false): Promise<void> {
  while (!stopping() && (await lookAtOne(deps))) continue
}

/** Does so every few seconds; each alert has its turn once a minute, in whichever process. */
export const watchAlerts = (deps: NotifyDeps) =>
  repeat(deps.log, {
    pause_ms: PAUSE_MS,
    failed: 'alerts could not be looked at, trying on',
    work: async (stopping) => lookAtAlerts(deps, stopping),
  })
