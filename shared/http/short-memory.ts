const TTL_MS = 1000
const MOST = 10_000

type Remembered<T> = { value: T; asked_at: number }

/** A map that drops its oldest entry when it is full. */
function keep<T>(memory: Map<string, T>, id: string, value: T) {
  memory.delete(id)
  const [oldest] = memory.size >= MOST ? memory.keys() : []
  if (oldest !== undefined) memory.delete(oldest)
  memory.set(id, value)
}

/**
 * Remembers for a second what was asked, so that a hot key is not a query per request; those who ask the same at the
 * same time share one query. What was not found is kept apart: a flood of wrong keys pushes out no right one.
 */
export function shortMemory<T>(clock: () => number, ask: (id: string) => Promise<T | null>) {
  const found = new Map<string, Remembered<T>>()
  const missing = new Map<string, Remembered<null>>()
  const pending = new Map<string, Promise<T | null>>()
  let generation = 0

  const isFresh = ({ asked_at }: Remembered<unknown>) => {
    const age = clock() - asked_at
    return age >= 0 && age < TTL_MS
  }

  async function lookUp(id: string): Promise<T | null> {
    const asked_at = clock()
    const asked_in = generation
    const value = await ask(id)
    // An answer from before a forget() is good for those who asked before it, and for nobody after.
    if (asked_in === generation) {
      found.delete(id)
      missing.delete(id)
      if (value === null) keep(missing, id, { value, asked_at })
      else keep(found, id, { value, asked_at })
    }
    return value
  }

  return {
    async get(id: string): Promise<T | null> {
      const remembered = found.get(id) ?? missing.get(id)
      if (remembered && isFresh(remembered)) return remembered.value
      const under_way = pending.get(id)
      if (under_way) return under_way
      const answer = lookUp(id).finally(() => pending.get(id) === answer && pending.delete(id))
      pending.set(id, answer)
      return answer
    },
    forget() {
      generation++
      found.clear()
      missing.clear()
      pending.clear()
    },
  }
}
