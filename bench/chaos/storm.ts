import type { Dice } from './dice.ts'
import { FAULTS, type Fault } from './faults.ts'
import type { Stack } from './stack.ts'
import type { Watch } from './watch.ts'

const LONGEST_BACK_MS = 30_000

/** What a kind of fault did: how often it struck, for how long, and when every door had answered after it. */
export type Measured = { times: number; longest_ms: number; back_ms: number }

type Options = {
  stack: Stack
  watching: Watch
  dice: Dice
  seconds: number
  wrong: (what: string) => void
  progress: (fault: string) => void
}

/** Strikes with every kind in turn, in an order of chance, until the time is over; the first round is always whole. */
export async function storm({ stack, watching, dice, seconds, wrong, progress }: Options) {
  const measured = new Map<string, Measured>(
    FAULTS.map(({ name }) => [name, { times: 0, longest_ms: 0, back_ms: 0 }]),
  )

  async function waitForAnswers(name: string, healed: number): Promise<number> {
    for (;;) {
      const silent = watching.silentSince(healed)
      const passed = performance.now() - healed
      if (silent.length === 0) return passed
      if (passed > LONGEST_BACK_MS) {
        wrong(`after ${name}, ${silent.join(' and ')} did not answer within ${LONGEST_BACK_MS / 1000} s`)
        return passed
      }
      await Bun.sleep(20)
    }
  }

  async function strike({ name, strike: hit }: Fault) {
    progress(name)
    const began = performance.now()
    await hit(stack, dice)
    const healed = performance.now()
    const back_ms = await waitForAnswers(name, healed)
    const so_far = measured.get(name)
    if (!so_far) return
    so_far.times++
    so_far.longest_ms = Math.max(so_far.longest_ms, healed - began)
    so_far.back_ms = Math.max(so_far.back_ms, back_ms)
  }

  const end = performance.now() + seconds * 1000
  for (let round = 0; round === 0 || performance.now() < end; round++) {
    for (const fault of dice.shuffle(FAULTS)) {
      if (round > 0 && performance.now() > end) break
      await Bun.sleep(dice.whole(100, 800))
      await strike(fault)
    }
  }
  return measured
}
