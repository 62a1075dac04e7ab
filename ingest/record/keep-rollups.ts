import { repeat } from '#shared/process/repeat.ts'
import type { Deps } from '#shared/service.ts'
import { HOURS, rollUp } from './roll-up.ts'

const PAUSE_MS = 1000
/** A pass is followed by a pause of so many times its length, so that an hour that keeps changing costs little. */
const REST = 9
/** After a full pass more is waiting, as after an upgrade; questions count such hours from their rows until they are done. */
const BACKLOG_REST = 0.5

/** Rolls up what changed, about once a second. */
export const keepRollups = (deps: Deps) =>
  repeat(deps.log, {
    pause_ms: PAUSE_MS,
    failed: 'hours could not be rolled up, trying on',
    async work(stopping) {
      const began = performance.now()
      const is_full = (await rollUp(deps, stopping)) === HOURS
      const took = performance.now() - began
      return is_full ? BACKLOG_REST * took : Math.max(PAUSE_MS, REST * took)
    },
  })
