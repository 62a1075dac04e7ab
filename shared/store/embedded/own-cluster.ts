import { StartError } from '../../start-error.ts'
import { openClient } from '../connect.ts'
import { LOCKS } from '../locks.ts'
import { inUse } from './lock-data-dir.ts'

const TRIES = 12
const PAUSE_MS = 250

/** Where to find the server, and which cluster and password it must prove to be ours. */
type Claim = { url: string; pid: number; cluster: string; data_dir: string }

type Sql = ReturnType<typeof openClient>

/** A session of a hub that was killed ends a moment after it, so one refusal is not the last word. */
async function tryLock(sql: Sql): Promise<boolean> {
  for (let left = TRIES; left > 0; left--) {
    const [row] = await sql<[{ held: boolean }]>`select pg_try_advisory_lock(${LOCKS.owner}) as held`
    if (row.held) return true
    await Bun.sleep(PAUSE_MS)
  }
  return false
}

async function prove(sql: Sql, { pid, cluster }: Claim) {
  try {
    const [row] = await sql<[{ here: string }]>`select current_setting('data_directory') as here`
    if (row.here === cluster) return
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === '28P01')) throw cause
  }
  throw new StartError(
    `A PostgreSQL that is not this hub's own runs on ${cluster} (process ${pid}): stop it with \`kill -INT ${pid}\`, then start again`,
  )
}

/**
 * Holds the session lock by which a hub owns its cluster, and takes it again whenever the session was lost. Refuses a
 * server that does not know our password, has another data directory, or belongs to a hub that is running.
 */
export async function ownCluster(claim: Claim): Promise<() => Promise<void>> {
  let ended = false
  let held = false
  const sql = openClient(claim.url, 'owner', { max: 1, idle_timeout: 0, onclose: () => void regain() })
  async function regain() {
    if (!held || ended) return
    held = false
    while (!held && !ended) {
      held = await tryLock(sql).catch(() => false)
      if (!held) await Bun.sleep(PAUSE_MS)
    }
  }
  try {
    await prove(sql, claim)
    held = await tryLock(sql)
    if (!held) throw inUse(claim.data_dir)
  } catch (error) {
    ended = true
    await sql.end({ timeout: 1 })
    throw error
  }
  return async () => {
    ended = true
    await sql.end({ timeout: 1 })
  }
}
