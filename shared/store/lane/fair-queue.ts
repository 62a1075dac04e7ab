/** What waits: whose it is and how large. */
type Waiting = { project_no: number; raw_bytes: number }

/** A bounded queue from which the projects are served in turn, so that a noisy one cannot starve a quiet one. */
export type FairQueue<T extends Waiting> = {
  /** False when the queue, or the project's half of it, is full. */
  push(item: T): boolean
  /** Takes one item of each waiting project in turn, up to a number and a size; at least one if any waits. */
  take(most: number, most_bytes: number): T[]
  isEmpty(): boolean
}

export function fairQueue<T extends Waiting>(limit_bytes: number): FairQueue<T> {
  // A Map keeps its keys in the order of insertion: the first project is the one whose turn it is.
  const lines = new Map<number, { items: T[]; bytes: number }>()
  let bytes = 0

  function next(): T | undefined {
    const turn = lines.entries().next()
    if (turn.done) return undefined
    const [project_no, line] = turn.value
    const item = line.items.shift()
    lines.delete(project_no)
    if (!item) return undefined
    line.bytes -= item.raw_bytes
    bytes -= item.raw_bytes
    if (line.items.length > 0) lines.set(project_no, line)
    return item
  }

  return {
    push(item) {
      const line = lines.get(item.project_no) ?? { items: [], bytes: 0 }
      const half = line.items.length > 0 && line.bytes + item.raw_bytes > limit_bytes / 2
      if (half || bytes + item.raw_bytes > limit_bytes) return false
      line.items.push(item)
      line.bytes += item.raw_bytes
      bytes += item.raw_bytes
      lines.set(item.project_no, line)
      return true
    },
    take(most, most_bytes) {
      const taken: T[] = []
      let size = 0
      while (taken.length < most && size < most_bytes) {
        const item = next()
        if (!item) break
        taken.push(item)
        size += item.raw_bytes
      }
      return taken
    },
    isEmpty: () => lines.size === 0,
  }
}
