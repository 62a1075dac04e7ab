import { memoryBus } from '../bus/memory.ts'
import type { Bus } from '../bus/bus.ts'
import type { Cache } from '../cache/cache.ts'
import { memoryCache } from '../cache/memory.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Deps } from '../service.ts'
import { checkDurability } from '../store/check-durability.ts'
import { openDatabase, type Database } from '../store/connect.ts'
import { migrate } from '../store/migrate.ts'
import { reachDatabase } from '../store/reach-database.ts'
import type { Ending } from './end-on-signal.ts'
import { secretKey } from './secret-key.ts'

/** What a process has before it is connected to anything. */
export type Start = Ending & { config: Config; log: Log; say: (line: string) => void }

/** Reached, checked and migrated; processes that start together migrate it once. */
async function prepareDatabase({ config, at_end, log, say }: Start, url: string): Promise<Database> {
  const database = openDatabase(url, log, config.database_read_url)
  at_end('database', database.stop)
  await reachDatabase(database, config.database_url ? 'DATABASE_URL' : 'The database', say)
  await checkDurability(database.sql, config.env, log)
  await migrate(database, say)
  return database
}

/** A client is loaded where it is used: the two take 25 MB and 150 ms, which one process alone can spare. */
async function openBus({ config, at_end, log }: Start): Promise<Bus> {
  if (!config.nats_url) return memoryBus(log)
  const { natsBus } = await import('../bus/nats.ts')
  const bus = await natsBus(config.nats_url, log)
  at_end('bus', bus.stop)
  return bus
}

async function openCache({ config, at_end, log }: Start): Promise<Cache> {
  if (!config.redis_url) return memoryCache(Date.now)
  const { redisCache } = await import('../cache/redis.ts')
  const cache = await redisCache(config.redis_url, Date.now, log)
  at_end('cache', cache.stop)
  return cache
}

/** Connects to what services share: the database at `url`, and the bus and the cache that the configuration names. */
export async function openDeps(start: Start, url: string): Promise<Deps> {
  const { config, log } = start
  const database = await prepareDatabase(start, url)
  const [bus, cache] = await Promise.all([openBus(start), openCache(start)])
  return { config: { ...config, secret_key: secretKey(config) }, database, bus, cache, clock: Date.now, log }
}
