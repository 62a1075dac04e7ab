import type { Bus } from './bus/bus.ts'
import type { Cache } from './cache/cache.ts'
import type { Config } from './config.ts'
import type { Route } from './http/serve.ts'
import type { Log } from './log.ts'
import type { Database } from './store/connect.ts'

/** What every service is handed; nothing is global, importing a file never opens a socket. */
export type Deps = {
  config: Config & { secret_key: string }
  database: Database
  bus: Bus
  cache: Cache
  /** Milliseconds since 1970. */
  clock: () => number
  log: Log
}

/** One running service: the operations it answers, and how it ends. */
export type Service = { name: string; routes: Route[]; stop: () => Promise<void> }
