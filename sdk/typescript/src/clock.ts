/** Time, and what is to be done later; a timer is taken back by the function that it is given as. */
export type Clock = {
  now: () => number
  /** `holds`: the process does not end before. */
  later: (ms: number, run: () => void, holds?: boolean) => () => void
}

/** The monotonic clock and the timers of the runtime, outside of any trace of the app. */
export const openClock = (apart: <T>(run: () => T) => T): Clock => ({
  now: () => performance.now(),
  later: (ms, run, holds = false) => {
    const timer = apart(() => setTimeout(run, ms))
    if (!holds) timer.unref?.()
    return () => clearTimeout(timer)
  },
})
