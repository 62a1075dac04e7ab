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
export function watchRevision(deps: Deps, changed: () => void): () => void {
  const { database, clock, log } = deps
  let known: string | null = null
  let is_stopped = false
  let is_away = false
  let timer = setTimeout(look, PAUSE_MS)

  async function see(): Promise<void> {
    const [seen] = await deadline(
      database.sql<Seen[]>`
        select revision, (select min(effective_from) from policy_versions where scheduled) as next
        from policy_revision`,
      DEADLINE_MS,
    )
    is_away = false
    if (!seen || is_stopped) return
    // The first look may come after a change that nobody heard of.
    if (seen.revision !== known) changed()
    known = seen.revision
    if (seen.next !== null && seen.next.getTime() <= clock()) await takeOver(deps)
  }

  function look() {
    void see()
      .catch((cause: unknown) => {
        if (!is_away && !is_stopped) log.warn('whether policies changed could not be seen', {}, cause)
        is_away = true
      })
      .finally(() => {
        if (!is_stopped) timer = setTimeout(look, PAUSE_MS)
      })
  }

  return () => {
    is_stopped = true
    clearTimeout(timer)
  }
}
