import { repeat } from '#shared/process/repeat.ts'
import type { Deps } from '#shared/service.ts'
import { resumeErasures } from './erase.ts'
import { retain } from './retain.ts'

const HOUR_MS = 3_600_000
/** The first run lets a start settle; several processes of one hub hardly begin at the same moment. */
const FIRST_MS = 60_000

/** What the hub does by itself every hour: deletes what is too old, and finishes erasures that were cut off. */
export const keepUp = (deps: Deps) =>
  repeat(deps.log, {
    first_ms: FIRST_MS + Math.random() * FIRST_MS,
    pause_ms: HOUR_MS,
    failed: 'the upkeep of the record failed, trying on',
    async work(stopping) {
      await resumeErasures(deps)
      const done = await retain(deps, stopping)
      if (!done || done.traces + done.bodies + done.leaves.length === 0) return
      const { traces, bodies, leaves } = done
      deps.log.info('retention deleted what was too old', { traces, bodies, leaves: leaves.length })
    },
  })
