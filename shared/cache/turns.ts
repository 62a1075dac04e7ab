/** So many may come at once, and then one after the other at this pace; whoever shares the key shares the limit. */
export type Bucket = { key: string; per_minute: number; burst: number }

/** What became of a request for a turn; the numbers are those of the bucket that is nearest to its limit. */
export type Turn = {
  allowed: boolean
  /** How many may come at the same moment. */
  limit: number
  remaining: number
  /** Until the bucket is as if nobody had come. */
  reset_ms: number
  /** Until the next turn; 0 when this one was allowed. */
  retry_ms: number
}

/** Milliseconds between two turns at the bucket's pace. */
export const intervalOf = ({ per_minute }: Bucket): number => 60_000 / per_minute

/** How long a bucket's turn still has to wait (negative: how early it could have been), and when it will be as new. */
export type Standing = { wait_ms: number; reset_ms: number }

/**
 * The generic cell rate algorithm: a bucket is one time, that at which its turns so far are worked off. A turn moves it
 * on by an interval, and may come no earlier than the burst before it.
 */
export function standingOf(bucket: Bucket, worked_off: number, now: number): Standing {
  const interval = intervalOf(bucket)
  const next = Math.max(worked_off, now) + interval
  return { wait_ms: next - bucket.burst * interval - now, reset_ms: next - now }
}

/** What all buckets together say: a turn needs each of them, and the scarcest is what the caller is told. */
export function turnOf(buckets: readonly Bucket[], standings: readonly Standing[]): Turn {
  const all = buckets.map((bucket, at) => {
    const { wait_ms, reset_ms } = standings[at] ?? { wait_ms: 0, reset_ms: 0 }
    const remaining = Math.max(0, Math.floor(-wait_ms / intervalOf(bucket) + 1e-6))
    return { limit: bucket.burst, remaining, reset_ms, retry_ms: Math.max(0, wait_ms) }
  })
  const allowed = all.every(({ retry_ms }) => retry_ms === 0)
  const scarcest = all.toSorted((a, b) => b.retry_ms - a.retry_ms || a.remaining - b.remaining)[0]
  return { allowed, ...(scarcest ?? { limit: 0, remaining: 0, reset_ms: 0, retry_ms: 0 }) }
}
