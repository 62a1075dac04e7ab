import type { Deps } from '#shared/service.ts'
import { resumeErasures } from './erase.ts'
import { retain } from './retain.ts'

const HOUR_MS = 3_600_000
/** The first run lets a start settle; several processes of one hub hardly begin at the same moment. */
const FIRST_MS = 60_000
const STOP_MS = 3000

/** What the hub does by itself every hour: deletes what is too old, and finishes erasures that were cut off. */
export function keepUp(deps: Deps): { stop: () => Promise<void> } {
  let stopping = false
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(run, FIRST_MS + Math.random() * FIRST_MS)

  async function work(): Promise<void> {
    await resumeErasures(deps)
    const done = await retain(deps, () => stopping)
    if (!done || done.traces + done.bodies + done.leaves.length === 0) return
    const { traces, bodies, leaves } = done
    deps.log.info('retention deleted what was too old', { traces, bodies, leaves: leaves.length })
  }

  function run() {
    running = work()
      .catch((cause: unknown) => deps.log.error('the upkeep of the record failed', {}, cause))
      .finally(() => {
        if (!stopping) timer = setTimeout(run, HOUR_MS)
      })
  }

  return {
    async stop() {
      stopping = true
      clearTimeout(timer)
      await Promise.race([running, Bun.sleep(STOP_MS)])
    },
  }
}
