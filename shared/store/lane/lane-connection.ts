import type postgres from 'postgres'
import type { Database, Sql } from '../connect.ts'
import { deadline } from '../deadline.ts'
import { STAGE } from './write-spans.ts'

const CONNECT_MS = 5000
const FLUSH_MS = 20_000

/** The key look-ups must stay index look-ups, whatever the planner thinks of a fresh table. */
const SETTINGS = `
  set plan_cache_mode = force_generic_plan; set enable_hashjoin = off; set enable_mergejoin = off;
  set enable_seqscan = off; set jit = off; set synchronous_commit = on;
  set lock_timeout = '5s'; set statement_timeout = '15s'; set idle_in_transaction_session_timeout = '10s'`

/** A connection was lost; postgres.js may never settle what was under way on it. */
class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed'
  readonly code = 'CONNECTION_CLOSED'
}

/** The lane's one connection: taken anew after any loss. */
export type LaneConnection = {
  /** Runs the work in a transaction of its own; commits, or rolls back and throws. */
  transact<T>(work: (sql: postgres.ISql) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

/** `lost` is told when the connection goes; racing one long-lived promise instead would keep every result for ever. */
type Open = { client: Sql; sql: postgres.ReservedSql; lost: (cause: Error) => void }

export function laneConnection(database: Database): LaneConnection {
  let open: Open | null = null

  async function connect(): Promise<Open> {
    const opening: Pick<Open, 'lost'> = { lost: () => {} }
    const client = database.dedicated('lane', () =>
      opening.lost(new ConnectionClosed('the lane lost its connection')),
    )
    try {
      const sql = await deadline(client.reserve(), CONNECT_MS)
      await deadline(sql.unsafe(SETTINGS).simple(), CONNECT_MS)
      await deadline(sql.unsafe(STAGE), CONNECT_MS)
      return Object.assign(opening, { client, sql })
    } catch (error) {
      client.end({ timeout: 0 }).catch(() => {})
      throw error
    }
  }

  /** A connection whose state is not known is never used again. */
  function drop() {
    open?.client.end({ timeout: 0 }).catch(() => {})
    open = null
  }

  async function run<T>({ sql }: Open, work: (sql: postgres.ISql) => Promise<T>): Promise<T> {
    await sql.unsafe('begin')
    try {
      const result = await work(sql)
      await sql.unsafe('commit')
      return result
    } catch (error) {
      await sql.unsafe('rollback')
      throw error
    }
  }

  const untilLost = <T>(held: Open, work: (sql: postgres.ISql) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      held.lost = reject
      run(held, work).then(resolve, reject)
    })

  return {
    async transact(work) {
      open ??= await connect()
      try {
        return await deadline(untilLost(open, work), FLUSH_MS)
      } catch (error) {
        if (!isStatementFault(error)) drop()
        throw error
      }
    },
    async stop() {
      await open?.client.end({ timeout: 2 })
      open = null
    },
  }
}

/** A fault of the statement leaves the connection usable: the rollback went through. */
const isStatementFault = (error: unknown) =>
  error instanceof Error && 'code' in error && /^(22|23|40|42|54|55)...$/.test(String(error.code))
