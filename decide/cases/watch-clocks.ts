import type { Deps } from '#shared/service.ts'
import { announceBreaches } from './announce-breaches.ts'

const PAUSE_MS = 5000
const STOP_MS = 3000

/** Looks every five seconds for cases that were not handled in time. */
export function watchClocks(deps: Deps): { stop: () => Promise<void> } {
  let stopping = false
  let failing = false
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(run, PAUSE_MS)

  /** While the database is away this fails each time; once is enough to say so. */
  function complain(cause: unknown) {
    if (!failing && !stopping)
      deps.log.warn('due times of cases could not be looked at, trying on', {}, cause)
    failing = true
  }

  async function pass(): Promise<void> {
    await announceBreaches(deps).then(() => (failing = false), complain)
    if (!stopping) timer = setTimeout(run, PAUSE_MS)
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
