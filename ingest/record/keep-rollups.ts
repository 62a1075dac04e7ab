import type { Deps } from '#shared/service.ts'
import { HOURS, rollUp } from './roll-up.ts'

const PAUSE_MS = 1000
/** A pass is followed by a pause of so many times its length, so that an hour that keeps changing costs little. */
const REST = 9
/** After a full pass more is waiting, as after an upgrade; questions count such hours from their rows until they are done. */
const BACKLOG_REST = 0.5
const STOP_MS = 3000

/** Rolls up what changed, about once a second. */
export function keepRollups(deps: Deps): { stop: () => Promise<void> } {
  let stopping = false
  let failing = false
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(run, PAUSE_MS)

  async function work(): Promise<number> {
    const began = performance.now()
    const is_full = (await rollUp(deps, () => stopping)) === HOURS
    failing = false
    const took = performance.now() - began
    return is_full ? BACKLOG_REST * took : Math.max(PAUSE_MS, REST * took)
  }

  /** While the database is away this fails every second; once is enough to say so. */
  function complain(cause: unknown): number {
    if (!failing && !stopping) deps.log.warn('hours could not be rolled up, trying on', {}, cause)
    failing = true
    return PAUSE_MS
  }

  async function pass(): Promise<void> {
    const pause = await work().catch(complain)
    if (!stopping) timer = setTimeout(run, pause)
  }

  function run() {
    running = pass()
  }

  return {
    async stop() {
      stopping = true
      clearTimeout(timer)
      await Promise.race([running, Bun.sleep(STOP_MS)])
    },
  }
}
