import type { Log } from '../log.ts'

const LIMIT_MS = 9000
/** Ctrl-C comes twice under npm: once from the terminal and once from npm itself. */
const ECHO_MS = 1000

/** Notes what has to be stopped when the process ends; the last noted is stopped first. */
export type AtEnd = (name: string, stop: () => Promise<void>) => void

/** How a process ends; `isEnding` from the signal on, when it still answers and takes no new work. */
export type Ending = { at_end: AtEnd; isEnding: () => boolean }

/**
 * Ends the process on SIGINT, SIGTERM or SIGHUP: goes on answering for `drain_ms`, stops all that was noted, then exits
 * with 0. A second signal, or nine seconds, cut that short with 1.
 */
export function endOnSignal(log: Log, exit: (code: number) => void, drain_ms = 0): Ending {
  const noted: { name: string; stop: () => Promise<void> }[] = []
  let since: number | undefined

  async function end() {
    await Bun.sleep(drain_ms)
    for (const { name, stop } of noted.toReversed()) {
      await stop().catch((cause: unknown) => log.error('could not be stopped', { name }, cause))
    }
    exit(0)
  }

  function hear() {
    if (since === undefined) {
      since = performance.now()
      setTimeout(() => exit(1), LIMIT_MS)
      void end()
    } else if (performance.now() - since > ECHO_MS) exit(1)
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, hear)
  return {
    at_end: (name, stop) => void noted.push({ name, stop }),
    isEnding: () => since !== undefined,
  }
}
