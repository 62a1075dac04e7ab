import { HubError } from '../../errors.ts'
import { fairQueue } from './fair-queue.ts'

/** Bodies that wait to be decoded; parsed, one takes several times its bytes. */
const WAITING_BYTES = 32 * 1024 * 1024
/** How far ahead of the lane a project is decoded: a group's worth, or less where others came within a second. */
const AHEAD_BYTES = 4 * 1024 * 1024
const SHARED_AHEAD_BYTES = 128 * 1024
const SHARED_MS = 1000

/** What the lane has decoded and not yet taken, in bytes: of one project, or of all. */
type Backlog = (project_no?: number) => number

type Waiting = {
  project_no: number
  raw_bytes: number
  since: number
  go: () => void
  refuse: (error: HubError) => void
}

/** Who is decoded when: the lane is kept fed, and no project's bodies keep the others' waiting. */
export type DecodeTurns = {
  /** Throws before a body is read that would be refused. */
  check(project_no: number): void
  /** Resolves when the body may be decoded; rejects when too much waits, or when it has waited too long. */
  wait(project_no: number, raw_bytes: number): Promise<void>
  /** The lane has taken something. */
  wake(): void
}

export function decodeTurns(backlog: Backlog, clock: () => number, patience_ms: number): DecodeTurns {
  const queue = fairQueue<Waiting>(WAITING_BYTES)
  /** When each project came last, the latest at the end. */
  const seen = new Map<number, number>()
  let handing_out = false

  function see(project_no: number, now: number) {
    seen.delete(project_no)
    seen.set(project_no, now)
    for (const [other, at] of seen) {
      if (at > now - SHARED_MS) break
      seen.delete(other)
    }
  }

  const mayGo = (project_no: number): boolean =>
    backlog(project_no) < (seen.size > 1 ? SHARED_AHEAD_BYTES : AHEAD_BYTES) && backlog() < WAITING_BYTES / 2

  /** One body at a time: between two of them, what arrived meanwhile is heard. */
  async function handOut(): Promise<void> {
    for (;;) {
      const [next] = queue.take(1, Number.POSITIVE_INFINITY, mayGo)
      if (!next) return
      if (next.since < clock() - patience_ms)
        next.refuse(new HubError('storage_unavailable', { retry_after: 1 }))
      else next.go()
      await new Promise(setImmediate)
    }
  }

  function wake() {
    if (handing_out || queue.isEmpty()) return
    handing_out = true
    void handOut().finally(() => (handing_out = false))
  }

  return {
    check(project_no) {
      if (queue.isFull(project_no)) throw new HubError('overloaded', { retry_after: 1 })
    },
    wait(project_no, raw_bytes) {
      see(project_no, clock())
      if (queue.isEmpty() && mayGo(project_no)) return Promise.resolve()
      return new Promise((go, refuse) => {
        const admitted = queue.push({ project_no, raw_bytes, since: clock(), go, refuse })
        if (admitted) wake()
        else refuse(new HubError('overloaded', { retry_after: 1 }))
      })
    },
    wake,
  }
}
