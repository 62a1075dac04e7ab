import { repeat } from '#shared/process/repeat.ts'
import type { NotifyDeps } from '../deps.ts'

const DAY_MS = 86_400_000
/** Finished deliveries, and dead letters with them, are kept for so long. */
const KEPT_DAYS = 30
const HOUR_MS = 3_600_000
const BATCH = 5000

/** Deletes what was finished long ago, with its attempts, in batches; gives how many deliveries. */
export async function forgetDeliveries({ database, clock }: NotifyDeps): Promise<number> {
  const before = new Date(clock() - KEPT_DAYS * DAY_MS)
  let forgotten = 0
  for (;;) {
    const { count } = await database.sql`
      delete from deliveries where delivery_id in (
        select delivery_id from deliveries where finished_at < ${before} limit ${BATCH} for update skip locked)`
    forgotten += count
    if (count < BATCH) return forgotten
  }
}

/** Does so at the start, and every hour. */
export const keepForgetting = (deps: NotifyDeps) =>
  repeat(deps.log, {
    first_ms: 0,
    pause_ms: HOUR_MS,
    failed: 'old deliveries could not be deleted, trying on',
    work: async () => void (await forgetDeliveries(deps)),
  })
