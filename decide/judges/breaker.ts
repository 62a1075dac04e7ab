const MOST_FAILURES = 5
const PAUSE_MS = 5000

/** Stands between decisions and a judge that does not answer. */
export type Breaker = {
  /** `ask`: as ever. `try`: nobody waits for it, but one may look whether the judge is back. `leave`: it is not asked. */
  state(): 'ask' | 'try' | 'leave'
  note(worked: boolean): void
}

/** Opens after five failures on end; from then on one call every five seconds looks whether the judge is back. */
export function breaker(clock: () => number): Breaker {
  let failures = 0
  let tried_at = 0
  return {
    state() {
      if (failures < MOST_FAILURES) return 'ask'
      const now = clock()
      // A clock that was set back must not keep a judge away for long.
      if (Math.abs(now - tried_at) < PAUSE_MS) return 'leave'
      tried_at = now
      return 'try'
    },
    note(worked) {
      failures = worked ? 0 : failures + 1
      if (!worked) tried_at = clock()
    },
  }
}
