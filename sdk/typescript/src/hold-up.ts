import type { Clock } from './clock.ts'

/** What a request that is under way keeps busy. */
const CONNECTION = /^(TCPSocket|GetAddrInfoReq)Wrap$/
/** What goes with a connection, and standard output, which counts as busy from its first use and holds nothing up. */
const BESIDE = /^(TLS|TCPConnect|Write|Shutdown|Pipe|TTY)Wrap$/
const LOOK_EVERY_MS = 100

/** Whether the process has nothing left but so many requests of ours; false where the runtime does not tell, as Bun does not. */
function hasOnly(requests: number): boolean {
  const busy = globalThis.process?.getActiveResourcesInfo?.() ?? []
  const rest = busy.filter((name) => !BESIDE.test(name))
  return rest.length > 0 && rest.length <= requests && rest.every((name) => CONNECTION.test(name))
}

type Tools = {
  /** Requests under way. */
  underway: () => number
  /** Ends them; they are to be sent again. */
  cut: () => void
  mostMs: number
  clock: Clock
}

/** Sees that requests without an answer hold up a process that has nothing else left for `mostMs` only. */
export function watchHoldUp({ underway, cut, mostMs, clock: { now, later } }: Tools) {
  let clearTimer: (() => void) | undefined
  let since = 0
  let seen = 0
  let has_cut = false

  const stop = () => {
    clearTimer?.()
    clearTimer = undefined
  }

  function check(): void {
    seen = now()
    if (!hasOnly(underway())) since = seen
    else if (seen - since >= mostMs) return end()
    clearTimer = later(LOOK_EVERY_MS, check)
  }

  function end(): void {
    has_cut = true
    stop()
    cut()
  }

  return {
    /** How long the process has been held up; what was seen a while ago says nothing of now. */
    ms: () => (now() - seen < 5 * LOOK_EVERY_MS ? seen - since : 0),
    /** A request has gone out, or been answered. */
    look(): void {
      if (underway() === 0) return stop()
      // Who sends after a cut was not at its end, and is not to be judged by this again.
      if (clearTimer || has_cut) return
      since = now()
      clearTimer = later(LOOK_EVERY_MS, check)
    },
  }
}
