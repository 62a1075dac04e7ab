import { Redis } from 'ioredis'
import type { Log } from '../log.ts'
import type { Cache } from './cache.ts'
import { memoryCache } from './memory.ts'
import { takeTurn } from './take-turn.ts'

const START_MS = 1000
const PAUSE_MS = 1000

const OPTIONS = {
  keyPrefix: 'hub:',
  connectionName: 'hub',
  connectTimeout: 1000,
  commandTimeout: 50,
  socketTimeout: 5000,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  lazyConnect: true,
  retryStrategy: (attempt: number) => Math.min(1000, 50 * 2 ** attempt),
}

/** From the first failure on Redis is left alone, but for a probe each second; told once when it begins and ends. */
function outage(log: Log, probe: () => Promise<unknown>) {
  let timer: ReturnType<typeof setTimeout> | null = null
  let is_over = false

  async function tryAgain() {
    try {
      await probe()
      timer = null
      log.info('Redis is back')
    } catch {
      if (!is_over) timer = setTimeout(() => void tryAgain(), PAUSE_MS)
    }
  }

  return {
    isOn: () => timer !== null,
    begin(cause: unknown) {
      if (timer || is_over) return
      log.warn('Redis is away: this process keeps its own cache until it is back', {}, cause)
      timer = setTimeout(() => void tryAgain(), PAUSE_MS)
    },
    stop() {
      is_over = true
      clearTimeout(timer ?? undefined)
    },
  }
}

/** Counts in one round trip, on any Redis: the zero is set only where there is no count, and brings the end with it. */
async function count(redis: Redis, key: string, ttl_ms: number): Promise<number> {
  const answers = await redis.multi().set(key, '0', 'PX', ttl_ms, 'NX').incr(key).exec()
  const [failure, counted] = answers?.[1] ?? [new Error('Redis did not count'), null]
  if (failure) throw failure
  return Number(counted)
}

/**
 * The cache between processes. A failing Redis costs those who ask it at that moment 50 ms; until it is back, the process
 * keeps a cache of its own. Waits a moment for the first connection, and goes on without it.
 */
export async function redisCache(
  url: string,
  clock: () => number,
  log: Log,
): Promise<Cache & { stop: () => Promise<void> }> {
  const local = memoryCache(clock)
  const redis = new Redis(url, OPTIONS)
  // It writes: a Redis that is full or a replica answers questions, and is of no use.
  const away = outage(log, () => redis.set('probe', '', 'PX', PAUSE_MS))
  redis.on('error', away.begin)

  async function ask<T>(question: () => Promise<T>, instead: () => Promise<T>): Promise<T> {
    if (away.isOn()) return instead()
    try {
      return await question()
    } catch (cause) {
      away.begin(cause)
      return instead()
    }
  }

  // What keeps it from connecting is told by the error event.
  const connected = redis.connect().catch(() => {})
  await Promise.race([connected, Bun.sleep(START_MS)])
  return {
    get: async (key) =>
      ask(
        () => redis.get(key),
        () => local.get(key),
      ),
    set: async (key, text, ttl_ms) =>
      ask(
        async () => void (await redis.set(key, text, 'PX', ttl_ms)),
        () => local.set(key, text, ttl_ms),
      ),
    increment: async (key, ttl_ms) =>
      ask(
        () => count(redis, key, ttl_ms),
        () => local.increment(key, ttl_ms),
      ),
    take: async (buckets) =>
      ask(
        () => takeTurn(redis, buckets),
        () => local.take(buckets),
      ),
    async stop() {
      away.stop()
      redis.disconnect()
    },
  }
}
