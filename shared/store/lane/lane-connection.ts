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

const REPLAN_MS = 60_000
const REPLAN_ITEMS = 256
const REPLAN_MOST_ITEMS = 1_000_000

/**
 * Plans are kept, and a plan made over an empty table takes any index. So they are made anew whenever the items
 * written have doubled, and every minute: each UTC day begins with empty leaves.
 */
function replanning() {
  let written = 0
  let next = REPLAN_ITEMS
  let planned_at = performance.now()
  return (items: number): boolean => {
    const due = written >= next || performance.now() - planned_at > REPLAN_MS
    if (due) {
      next = written + Math.min(Math.max(written, REPLAN_ITEMS), REPLAN_MOST_ITEMS)
      planned_at = performance.now()
    }
    written += items
    return due
  }
}

/** A connection was lost; postgres.js may never settle what was under way on it. */
class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed'
  readonly code = 'CONNECTION_CLOSED'
}

type Work<T> = (sql: postgres.ISql) => Promise<T>

/** The lane's one connection: taken anew after any loss. */
export type LaneConnection = {
  /** Runs work that writes some items in a transaction of its own; commits, or rolls back and throws. */
  transact<T>(items: number, work: Work<T>): Promise<T>
  stop(): Promise<void>
}

/** `lost` is told when the connection goes; racing one long-lived promise instead would keep every result for ever. */
type Open = {
  client: Sql
  sql: postgres.ReservedSql
  lost: (cause: Error) => void
  isReplanDue: (items: number) => boolean
}

export function laneConnection(database: Database): LaneConnection {
  let open: Open | null = null

  async function connect(): Promise<Open> {
    const opening: Pick<Open, 'lost' | 'isReplanDue'> = { lost: () => {}, isReplanDue: replanning() }
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

  async function run<T>(held: Open, items: number, work: Work<T>): Promise<T> {
    const { sql, isReplanDue } = held
    if (isReplanDue(items)) await sql.unsafe('discard plans')
    // It is on its way before the first statement, which need not wait for its answer.
    const begun = sql.unsafe('begin').execute()
    begun.catch(() => {})
    try {
      const result = await work(sql)
      await begun
      await sql.unsafe('commit')
      return result
    } catch (error) {
      await sql.unsafe('rollback')
      throw error
    }
  }

  const untilLost = <T>(held: Open, items: number, work: Work<T>) =>
    new Promise<T>((resolve, reject) => {
      held.lost = reject
      run(held, items, work).then(resolve, reject)
    })

  return {
    async transact(items, work) {
      open ??= await connect()
      try {
        return await deadline(untilLost(open, items, work), FLUSH_MS)
      } catch (error) {
        if (!isStatementFault(error)) drop()
        throw error
      }
    },
    async stop() {
      // A reserved connection that was not given back would hold up the end of its client.
      open?.sql.release()
      await open?.client.end({ timeout: 2 })
      open = null
    },
  }
}

/** A fault of the statement leaves the connection usable: the rollback went through. */
const isStatementFault = (error: unknown) =>
  error instanceof Error && 'code' in error && /^(22|23|40|42|54|55)...$/.test(String(error.code))
