import type { Log } from '../../log.ts'
import { interrupt, type Postmaster } from './run-postmaster.ts'

const LONGEST_PAUSE_MS = 5000

/** Starts a postmaster again whenever it goes away; the function it gives back stops it for good. */
export function supervise(
  first: Postmaster,
  restart: () => Promise<Postmaster>,
  log: Log,
): () => Promise<void> {
  let running: Postmaster | undefined = first
  let stopping = false

  async function bringBack(): Promise<Postmaster | undefined> {
    for (let attempt = 0; !stopping; attempt++) {
      // Backends that outlive their postmaster hold the shared memory for a moment.
      await Bun.sleep(Math.min(LONGEST_PAUSE_MS, 50 * 2 ** attempt))
      try {
        const next = await restart()
        log.info('postgres runs again', { pid: next.pid })
        return next
      } catch (cause) {
        log.warn('postgres could not be started again yet', { attempt }, cause)
      }
    }
    return undefined
  }

  async function watch() {
    while (running) {
      // It was asked to stop while it was being started again.
      if (stopping) interrupt(running.pid)
      const { pid } = running
      await running.gone
      running = undefined
      if (stopping) return
      log.error('postgres ended by itself, starting it again', { pid })
      running = await bringBack()
    }
  }

  const watching = watch()
  return async () => {
    stopping = true
    interrupt(running?.pid)
    await watching
  }
}
