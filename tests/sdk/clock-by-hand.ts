import type { Clock } from '../../sdk/typescript/src/clock.ts'

/** Lets go on what has been waiting for a promise, through all that follows from it. */
async function settle(): Promise<void> {
  for (let n = 0; n < 8; n++) await Promise.resolve()
}

/** A clock that stands still until it is told otherwise. */
export function clockByHand() {
  let now = 0
  const timers = new Set<{ due: number; run: () => void }>()

  const clock: Clock = {
    now: () => now,
    later: (ms, run) => {
      const timer = { due: now + ms, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }

  /** Lets so much time pass, and whatever is due happen when it is due. */
  async function pass(ms: number): Promise<void> {
    const until = now + ms
    await settle()
    for (;;) {
      const [next] = [...timers].toSorted((a, b) => a.due - b.due)
      if (!next || next.due > until) break
      timers.delete(next)
      now = Math.max(now, next.due)
      next.run()
      await settle()
    }
    now = until
  }

  return { clock, pass }
}
