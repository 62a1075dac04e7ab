import { JudgeError } from './judge.ts'

/** So many may run at once; the others wait, until their signal says that it is too late. */
export type Slots = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>

/** Makes slots; when `most_waiting` wait, whoever comes is told `busy` at once. */
export function slots(most: number, most_waiting: number): Slots {
  let running = 0
  const waiting: (() => void)[] = []

  async function enter(signal: AbortSignal): Promise<void> {
    if (running < most) {
      running++
      return
    }
    if (waiting.length >= most_waiting) throw new JudgeError('busy')
    await new Promise<void>((done, fail) => {
      const late = () => {
        waiting.splice(waiting.indexOf(go), 1)
        fail(new JudgeError('busy'))
      }
      const go = () => {
        signal.removeEventListener('abort', late)
        done()
      }
      signal.addEventListener('abort', late, { once: true })
      waiting.push(go)
    })
  }

  /** The place goes from hand to hand, so that nobody overtakes who waits. */
  function leave() {
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  return async (signal, work) => {
    signal.throwIfAborted()
    await enter(signal)
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
