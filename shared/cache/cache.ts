import type { Bucket, Turn } from './turns.ts'

/**
 * What may be lost at any moment: answers worth keeping for seconds, counters of rate limits. It never throws and is
 * never waited for longer than a request can bear; what is not there is made again.
 */
export type Cache = {
  get(key: string): Promise<string | null>
  /** Keeps a text for so many whole milliseconds. */
  set(key: string, text: string, ttl_ms: number): Promise<void>
  /** Counts one more, and tells how many there were since the first; `ttl_ms` after the first it begins anew. */
  increment(key: string, ttl_ms: number): Promise<number>
  /** Takes a turn in all buckets, or in none when one of them has none left. */
  take(buckets: readonly Bucket[]): Promise<Turn>
}
