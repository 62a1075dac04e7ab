import type { Deps } from '#shared/service.ts'
import { deadline } from '#shared/store/deadline.ts'
import { attachDay, LEAVES, leafOf } from '#shared/store/attach-day.ts'
import { dayOf } from '#shared/time.ts'

const HOUR_MS = 3_600_000
const DAY_US = 86_400_000_000
const DAYS_AHEAD = 2
const DEFAULT_HORIZON = 30
const PATIENCE_MS = 60_000

/** The days that have their partitions; kept up by the hour, on a connection of its own, never in the lane. */
export type Partitions = {
  /** The start day where it lies between the retention horizon and tomorrow, else today (both UTC). */
  dayFor(start_time: number): string
  /** Makes what is missing. */
  make(): Promise<void>
  stop(): void
}

/** Makes the partitions that there must be now, then looks again every hour. */
export async function keepPartitions({ config, clock, database, log }: Deps): Promise<Partitions> {
  const horizon = config.retention_days || DEFAULT_HORIZON
  let made = new Set<string>()
  const day = (offset: number) => dayOf(clock() * 1000 + offset * DAY_US)

  async function make(): Promise<void> {
    const wanted = Array.from({ length: horizon + DAYS_AHEAD + 1 }, (_, index) => index - horizon)
    const missing = wanted.filter((offset) => !made.has(day(offset)))
    if (missing.length === 0) return
    const own = database.dedicated('partitions')
    try {
      const work = own.begin(async (sql) => {
        await sql`select pg_advisory_xact_lock(hashtext('hub.partitions'))`
        const there = await sql<{ name: string }[]>`
          select inhrelid::regclass::text name from pg_inherits
          where inhparent in ('log'::regclass, 'spans'::regclass, 'span_events'::regclass)`
        const names = new Set(there.map(({ name }) => name))
        for (const offset of missing) {
          const leaves = LEAVES.map((table) => leafOf(table, day(offset)))
          if (leaves.every((leaf) => names.has(leaf))) continue
          await attachDay(sql, day(offset), day(offset + 1))
        }
      })
      await deadline(work, PATIENCE_MS)
      made = new Set(wanted.map(day))
    } finally {
      await own.end({ timeout: 1 })
    }
  }

  await make()
  const timer = setInterval(() => {
    make().catch((cause: unknown) => log.error('partitions could not be made', {}, cause))
  }, HOUR_MS)
  return {
    dayFor(start_time) {
      const wanted = dayOf(start_time)
      return wanted <= day(1) && made.has(wanted) ? wanted : day(0)
    },
    make() {
      made = new Set()
      return make()
    },
    stop: () => clearInterval(timer),
  }
}
