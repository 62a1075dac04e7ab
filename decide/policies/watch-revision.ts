import { repeat } from '#shared/process/repeat.ts'
import type { Deps } from '#shared/service.ts'
import { deadline } from '#shared/store/deadline.ts'
import { takeOver } from './take-over.ts'

/** With the time of the look itself, less than the second that a change may take. */
const PAUSE_MS = 800
const DEADLINE_MS = 3000

type Seen = { revision: string; next: Date | null }

/**
 * Looks every second whether any policy changed anywhere, for the notices that get lost, and lets versions take over
 * whose time has come.
 */
export function watchRevision(deps: Deps, changed: () => void): { stop: () => Promise<void> } {
  const { database, clock, log } = deps
  let known: string | null = null

  async function see(stopping: () => boolean): Promise<void> {
    const [seen] = await deadline(
      database.sql<Seen[]>`
        select revision, (select min(effective_from) from policy_versions where scheduled) as next
        from policy_revision`,
      DEADLINE_MS,
    )
    if (!seen || stopping()) return
    // The first look may come after a change that nobody heard of.
    if (seen.revision !== known) changed()
    known = seen.revision
    if (seen.next !== null && seen.next.getTime() <= clock()) await takeOver(deps)
  }

  return repeat(log, {
    pause_ms: PAUSE_MS,
    failed: 'whether policies changed could not be seen, trying on',
    work: see,
  })
}
