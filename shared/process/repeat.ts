import type { Log } from '../log.ts'

/** Something that a service does again and again while it runs. */
type Chore = {
  /** Before the first time; the usual pause when it is not given. */
  first_ms?: number
  pause_ms: number
  /** What the log says when it begins to fail. */
  failed: string
  /** Does it once, and may say how long to pause before the next time. */
  work: (stopping: () => boolean) => Promise<number | void>
}

const STOP_MS = 3000

/**
 * Does a chore until it is stopped, one time after the other, each after a pause. While the database is away it fails
 * every time: the log hears of the first, and of the next one after it has worked again.
 */
export function repeat(log: Log, { first_ms, pause_ms, failed, work }: Chore): { stop: () => Promise<void> } {
  let [stopping, failing] = [false, false]
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(run, first_ms ?? pause_ms)

  async function once(): Promise<number> {
    try {
      const pause = await work(() => stopping)
      failing = false
      return pause ?? pause_ms
    } catch (cause) {
      if (!failing && !stopping) log.warn(failed, {}, cause)
      failing = true
      return pause_ms
    }
  }

  async function pass(): Promise<void> {
    const pause = await once()
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
