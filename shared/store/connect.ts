import type { Options as ClientOptions, Sql as Client, TransactionSql } from 'postgres'
import type { Log } from '../log.ts'

import { postgres } from './postgres-client.ts'

export type Sql = Client
export type Transaction = TransactionSql

/** The connections of one process: a pool for statements, one for questions, and clients of one's own. */
export type Database = {
  sql: Sql
  /** A pool of its own, so that slow questions hold up nobody who writes; a replica's when DATABASE_READ_URL is set. */
  read: Sql
  /** A client with a single connection, for work that keeps a session: the commit lane, locks. */
  dedicated(name: string, onclose?: () => void): Sql
  stop(): Promise<void>
}

const STATEMENT_TIMEOUT_MS = 10_000
const STOP_SECONDS = 2

type Options = ClientOptions<Record<string, never>>

/** One client of its own; a lost connection is tried again within a second, and gives up a try after three. */
export const openClient = (url: string, name: string, options: Options): Sql =>
  postgres(url, {
    connect_timeout: 3,
    max_lifetime: null,
    backoff: (attempt) => Math.min(1, 0.05 * 2 ** attempt),
    onnotice: () => {},
    ...options,
    connection: { application_name: `hub-${name}`, TimeZone: 'UTC', ...options.connection },
  })

const openPool = (url: string, name: string) =>
  openClient(url, name, {
    max: 5,
    idle_timeout: 60,
    connection: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: 10_000,
      // A plan for any project and any day would read the rows of all projects, the partitions of all days.
      plan_cache_mode: 'force_custom_plan',
    },
  })

/** Connects lazily: nothing is opened before the first statement. */
export function openDatabase(url: string, log: Log, read_url?: string): Database {
  const sql = openPool(url, 'pool')
  const read = openPool(read_url ?? url, 'read')
  const others = new Set<Sql>()
  return {
    sql,
    read,
    dedicated(name, onclose) {
      const own = openClient(url, name, { max: 1, idle_timeout: 0, ...(onclose ? { onclose } : {}) })
      others.add(own)
      const end = own.end.bind(own)
      own.end = async (options) => {
        await end(options).finally(() => others.delete(own))
      }
      return own
    },
    async stop() {
      const all = [sql, read, ...others]
      await Promise.all(all.map((one) => one.end({ timeout: STOP_SECONDS }))).catch((cause: unknown) =>
        log.warn('a database connection did not close in time', {}, cause),
      )
    },
  }
}
