import type { Deps } from '#shared/service.ts'
import { attachDay, LEAVES, leafOf } from '#shared/store/attach-day.ts'
import { deadline } from '#shared/store/deadline.ts'
import { dayOf } from '#shared/time.ts'
import { readRetention, type Retention } from './retention.ts'

const HOUR_MS = 3_600_000
const DAY_US = 86_400_000_000
const DAYS_AHEAD = 2
const DEFAULT_HORIZON = 30
/** Older data is filed under its day of receipt, so days further back would stay empty. */
const LONGEST_HORIZON = 90
const PATIENCE_MS = 60_000

/** The days that have their partitions; kept up by the hour, on a connection of its own, never in the lane. */
export type Partitions = {
  /** The start day where the project still keeps it and it is not after tomorrow, else today (both UTC). */
  dayFor(start_time: number, project_no: number): string
  /** Makes what is missing. */
  make(): Promise<void>
  stop(): void
}

/** How many days back traces are filed under their own start day; retention drops days only beyond that. */
const horizonOf = ({ longest }: Retention): number => Math.min(longest ?? DEFAULT_HORIZON, LONGEST_HORIZON)

/** Makes the partitions that there must be now, then looks again every hour. */
export async function keepPartitions(deps: Deps): Promise<Partitions> {
  const { config, clock, database, bus, log } = deps
  let made = new Set<string>()
  let retention: Retention = { longest: config.retention_days || null, projects: new Map() }
  const day = (offset: number) => dayOf(clock() * 1000 + offset * DAY_US)

  async function make(): Promise<void> {
    const own = database.dedicated('partitions')
    try {
      retention = await deadline(readRetention(own, config), PATIENCE_MS)
      const horizon = horizonOf(retention)
      const wanted = Array.from({ length: horizon + DAYS_AHEAD + 1 }, (_, index) => index - horizon)
      const missing = wanted.filter((offset) => !made.has(day(offset)))
      if (missing.length === 0) return
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
  const look = () => {
    make().catch((cause: unknown) => log.error('partitions could not be made', {}, cause))
  }
  const timer = setInterval(look, HOUR_MS)
  const deafen = bus.subscribe('retention.changed.v1', look)
  return {
    dayFor(start_time, project_no) {
      const wanted = dayOf(start_time)
      const kept = retention.projects.get(project_no) ?? LONGEST_HORIZON
      const oldest = day(-Math.min(kept, horizonOf(retention)))
      return wanted >= oldest && wanted <= day(1) && made.has(wanted) ? wanted : day(0)
    },
    make() {
      made = new Set()
      return make()
    },
    stop() {
      clearInterval(timer)
      deafen()
    },
  }
}
