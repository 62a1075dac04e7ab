import type { Cache } from './cache.ts'
import { standingOf, turnOf } from './turns.ts'

const MOST_BYTES = 16 * 1024 * 1024
/** What an entry weighs besides its texts. */
const ENTRY_BYTES = 200

type Entry = { text: string; since: number; until: number; bytes: number }

/** The cache of one process: what was not used for longest makes room. */
export function memoryCache(clock: () => number, most_bytes = MOST_BYTES): Cache {
  const entries = new Map<string, Entry>()
  let bytes = 0

  function drop(key: string) {
    bytes -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }

  function keep(key: string, entry: Entry) {
    drop(key)
    if (entry.bytes > most_bytes) return
    for (const oldest of entries.keys()) {
      if (bytes + entry.bytes <= most_bytes) break
      drop(oldest)
    }
    entries.set(key, entry)
    bytes += entry.bytes
  }

  function find(key: string): Entry | null {
    const entry = entries.get(key)
    if (!entry) return null
    const now = clock()
    if (now < entry.since || now >= entry.until) {
      drop(key)
      return null
    }
    keep(key, entry)
    return entry
  }

  function put(key: string, text: string, since: number, until: number) {
    keep(key, { text, since, until, bytes: ENTRY_BYTES + 2 * (key.length + text.length) })
  }

  return {
    get: async (key) => find(key)?.text ?? null,
    async set(key, text, ttl_ms) {
      const now = clock()
      put(key, text, now, now + ttl_ms)
    },
    async increment(key, ttl_ms) {
      const now = clock()
      const { text, since, until } = find(key) ?? { text: '0', since: now, until: now + ttl_ms }
      const count = (Number(text) || 0) + 1
      put(key, String(count), since, until)
      return count
    },
    async take(buckets) {
      const now = clock()
      const standings = buckets.map((bucket) =>
        standingOf(bucket, Number(find(bucket.key)?.text ?? now) || now, now),
      )
      const turn = turnOf(buckets, standings)
      if (!turn.allowed) return turn
      buckets.forEach(({ key }, at) => {
        const upto = now + (standings[at]?.reset_ms ?? 0)
        put(key, String(upto), now, upto)
      })
      return turn
    },
  }
}
