import type { Drop, Settings } from './options.ts'
import { messageOf } from './said.ts'

/** What a client has done so far. */
export type Stats = {
  /** Items handed over, whatever became of them: spans begun and ended, trace headers, events, evaluations. */
  recorded: number
  /** Items that the hub has acknowledged, duplicates included. */
  acknowledged: number
  /** Items lost before the hub took them: the queue was full, or the hub refused their request. */
  dropped: number
  /** Items that the hub named in `rejected`. */
  rejected: number
  /** Traces left out by `sampleRate`. */
  unsampled: number
  /** Requests that were sent once more. */
  retries: number
  /** Decisions that `onUnavailable` had to answer. */
  undecided: number
  /** Faults inside the client that were kept from the app. */
  faults: number
  /** Items and bytes that wait to be sent or acknowledged. */
  pending: number
  pendingBytes: number
}

const TOLD_EVERY_MS = { warning: 60_000, drop: 1000 }

export type Counters = ReturnType<typeof countersOf>

/** Counts, and tells what was lost: to `onDrop` at once, as a warning once a minute. */
export function countersOf({ onDrop, onWarning }: Pick<Settings, 'onDrop' | 'onWarning'>) {
  const stats = {
    ...{ recorded: 0, acknowledged: 0, dropped: 0, rejected: 0 },
    ...{ unsampled: 0, retries: 0, undecided: 0, faults: 0 },
  }
  const told = new Map<string, number>()
  const untold = new Map<Drop['reason'], Drop>()

  const isDue = (kind: string, every: number) => {
    const now = performance.now()
    if (now - (told.get(kind) ?? -Infinity) < every) return false
    told.set(kind, now)
    return true
  }

  function warn(kind: string, message: string): void {
    if (!isDue(kind, TOLD_EVERY_MS.warning)) return
    try {
      onWarning(`llm-trace-hub: ${message}`)
    } catch {
      // A warning that cannot be given is no reason to fail.
    }
  }

  function tell(drop: Drop): void {
    try {
      onDrop?.(drop)
    } catch {
      stats.faults++
    }
    warn(drop.reason, `${drop.items} items were lost (${drop.reason})${drop.detail && `: ${drop.detail}`}`)
  }

  /** Says what was lost and not yet said. */
  function tellAll(): void {
    for (const drop of untold.values()) tell(drop)
    untold.clear()
  }

  function lose(reason: Drop['reason'], items: number, detail = ''): void {
    stats[reason === 'rejected' ? 'rejected' : 'dropped'] += items
    const before = untold.get(reason)
    untold.set(reason, {
      reason,
      items: items + (before?.items ?? 0),
      detail: detail || (before?.detail ?? ''),
    })
    if (!isDue(`drop ${reason}`, TOLD_EVERY_MS.drop)) return
    const drop = untold.get(reason)
    untold.delete(reason)
    if (drop) tell(drop)
  }

  /** What went wrong inside stays inside. */
  function fault(error: unknown): void {
    stats.faults++
    warn('fault', `a fault inside the client: ${messageOf(error)}`)
  }

  return { stats, warn, lose, fault, tellAll }
}
