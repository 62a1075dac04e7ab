import type { Deps } from '#shared/service.ts'
import { tellStale } from './tell-stale.ts'

const PAUSE_MS = 30_000
const STOP_MS = 3000

/** Looks for traces that have gone quiet, twice a minute. */
export function watchStale(deps: Deps): { stop: () => Promise<void> } {
  let [stopping, failing] = [false, false]
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(run, PAUSE_MS)

  /** While the database is away this fails each time; once is enough to say so. */
  function complain(cause: unknown) {
    if (!failing && !stopping) deps.log.warn('quiet traces could not be looked for, trying on', {}, cause)
    failing = true
  }

  async function pass(): Promise<void> {
    await tellStale(deps, () => stopping).then(() => (failing = false), complain)
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
