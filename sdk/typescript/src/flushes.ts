import { FlushError } from './flush-error.ts'
import type { Request } from './wire.ts'

type Flush = {
  /** Entries of the queue up to here are waited for. */
  mark: number
  /** The requests that carry them, once all have left the queue. */
  waits: Set<Request> | null
  end: (late: boolean) => void
}

/** What a flush has to know of the sender. */
type Progress = {
  /** The mark of what waits now, and how far the queue has come. */
  end: () => number
  passed: () => number
  /** Requests that are not settled. */
  requests: () => Request[]
  lost: () => number
  pending: () => number
  startTimer: (ms: number, run: () => void) => () => void
}

/** The flushes that are waited for: each until the requests with what was recorded before it are settled. */
export class Flushes {
  readonly #progress: Progress
  readonly #open = new Set<Flush>()

  constructor(progress: Progress) {
    this.#progress = progress
  }

  get areOpen(): boolean {
    return this.#open.size > 0
  }

  /** Resolves when all that was handed over before is settled; rejects when some was lost meanwhile, or time ran out. */
  wait(timeoutMs: number, told: () => void): Promise<void> {
    const { end, lost, pending, startTimer } = this.#progress
    const lost_before = lost()
    const settled = new Promise<void>((resolve, reject) => {
      const flush: Flush = {
        mark: end(),
        waits: null,
        end: (late) => {
          clearDeadline()
          this.#open.delete(flush)
          told()
          const lost_since = lost() - lost_before
          if (!late && lost_since === 0) return resolve()
          const rest = late ? { pending: pending(), timeoutMs } : { pending: 0, timeoutMs: null }
          reject(new FlushError({ lost: lost_since, ...rest }))
        },
      }
      const clearDeadline = startTimer(timeoutMs, () => flush.end(true))
      this.#open.add(flush)
    })
    // A flush that nobody waits for must not end the process.
    settled.catch(() => {})
    return settled
  }

  /** Flushes whose entries have all left the queue wait for the requests that are there now. */
  arm(): void {
    for (const flush of this.#open) {
      if (flush.waits || this.#progress.passed() < flush.mark) continue
      flush.waits = new Set(this.#progress.requests())
      if (flush.waits.size === 0) flush.end(false)
    }
  }

  /** A request is done with; what it was parted into is waited for in its place. */
  finish(request: Request, heirs: Request[]): void {
    for (const flush of this.#open) {
      if (!flush.waits?.delete(request)) continue
      for (const heir of heirs) flush.waits.add(heir)
      if (flush.waits.size === 0) flush.end(false)
    }
  }
}
