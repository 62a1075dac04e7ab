/** What waits: whose it is and how large. */
type Waiting = { project_no: number; raw_bytes: number }

/** A bounded queue from which the projects are served in turn, so that a noisy one cannot starve a quiet one. */
export type FairQueue<T extends Waiting> = {
  /** False when the queue, or the project's half of it, is full. */
  push(item: T): boolean
  /** Takes one item of each waiting project in turn, up to a number and a size; at least one if any may go. */
  take(most: number, most_bytes: number, may_go?: (project_no: number) => boolean): T[]
  /** What waits, in bytes: of one project, or of all. */
  bytes(project_no?: number): number
  /** Whether anything more of the project would be refused. */
  isFull(project_no: number): boolean
  isEmpty(): boolean
  /** How many wait. */
  length(): number
}

/** What a waiting request takes besides its body: many small ones must not outgrow the bound. */
const ITEM_BYTES = 4096

const weightOf = ({ raw_bytes }: Waiting) => raw_bytes + ITEM_BYTES
const anybody = () => true

export function fairQueue<T extends Waiting>(limit_bytes: number): FairQueue<T> {
  // A Map keeps its keys in the order of insertion: the first project is the one whose turn it is.
  const lines = new Map<number, { items: T[]; bytes: number }>()
  let bytes = 0

  function next(may_go: (project_no: number) => boolean): T | undefined {
    for (const [project_no, line] of lines) {
      if (!may_go(project_no)) continue
      const item = line.items.shift()
      lines.delete(project_no)
      if (!item) return undefined
      line.bytes -= weightOf(item)
      bytes -= weightOf(item)
      if (line.items.length > 0) lines.set(project_no, line)
      return item
    }
    return undefined
  }

  const fits = (project_no: number, weight: number): boolean => {
    const own = lines.get(project_no)?.bytes ?? 0
    return bytes + weight <= limit_bytes && (own === 0 || own + weight <= limit_bytes / 2)
  }

  return {
    push(item) {
      if (!fits(item.project_no, weightOf(item))) return false
      const line = lines.get(item.project_no) ?? { items: [], bytes: 0 }
      line.items.push(item)
      line.bytes += weightOf(item)
      bytes += weightOf(item)
      lines.set(item.project_no, line)
      return true
    },
    take(most, most_bytes, may_go = anybody) {
      const taken: T[] = []
      let size = 0
      while (taken.length < most && size < most_bytes) {
        const item = next(may_go)
        if (!item) break
        taken.push(item)
        size += weightOf(item)
      }
      return taken
    },
    bytes: (project_no) => (project_no === undefined ? bytes : (lines.get(project_no)?.bytes ?? 0)),
    isFull: (project_no) => !fits(project_no, ITEM_BYTES),
    isEmpty: () => lines.size === 0,
    length: () => [...lines.values()].reduce((sum, { items }) => sum + items.length, 0),
  }
}
