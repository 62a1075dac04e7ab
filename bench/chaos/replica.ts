import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, closeSync, openSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openClient, type Sql } from '#shared/store/connect.ts'
import { findBinaries } from '#shared/store/embedded/binaries.ts'
import { chooseUser } from '#shared/store/embedded/choose-user.ts'
import { leash } from '#shared/testing/leash.ts'
import { freePort } from '#shared/testing/server.ts'

const READY_MS = 30_000
const SLOT = 'replica'

/** What a standby reads at its start: where its primary is, and the slot that keeps what it has not had. */
async function tellPrimary(cluster: string, primary: URL, sql: Sql) {
  await sql`select pg_create_physical_replication_slot(${SLOT}, true)`
  const { hostname, port, username, password } = primary
  const conninfo = `host=${hostname} port=${port} user=${username} password=${password}`
  const lines = [`primary_conninfo = '${conninfo}'`, `primary_slot_name = '${SLOT}'`]
  appendFileSync(join(cluster, 'postgresql.auto.conf'), `${lines.join('\n')}\n`)
  writeFileSync(join(cluster, 'standby.signal'), '')
}

/** A hot standby of a database over a copy of its cluster; it follows by streaming, and can be killed and paused. */
export async function openReplica(primary: { url: string; copy_dir: string; sql: Sql }) {
  const cluster = realpathSync(join(primary.copy_dir, 'postgres'))
  const user = chooseUser(cluster)
  const { bin } = findBinaries(user, '/var/lib/llm-trace-hub', () => {})
  const port = freePort()
  const url = new URL(primary.url)
  await tellPrimary(cluster, url, primary.sql)
  url.port = String(port)
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', jit: 'off' }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let running: ChildProcess | null = null
  const sql = openClient(url.href, 'chaos', { max: 1 })

  async function launch(): Promise<boolean> {
    const log = openSync(join(primary.copy_dir, 'postgres.log'), 'a')
    const child = spawn(join(bin, 'postgres'), ['-D', cluster, ...args], {
      ...{ ...user, cwd: '/', detached: true, env: { LC_MESSAGES: 'C', TZ: 'UTC' } },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    leash(child.pid ?? 0)
    running = child
    while (child.exitCode === null) {
      const answers = await sql`select 1`.then(
        () => true,
        () => false,
      )
      if (answers) return true
      await Bun.sleep(50)
    }
    return false
  }

  async function start() {
    // Processes that outlive a killed postmaster hold its memory for a moment.
    for (const late = Date.now() + READY_MS; !(await launch()); await Bun.sleep(100))
      if (Date.now() > late)
        throw new Error(`the replica did not start, see ${primary.copy_dir}/postgres.log`)
  }

  async function end(signal: NodeJS.Signals) {
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const gone = once(running, 'exit')
    running.kill(signal)
    await gone
  }

  await start()
  return {
    url: url.href,
    start,
    kill: async () => end('SIGKILL'),
    /** It answers, and what happens on the primary is not seen until it goes on. */
    pause: async () => sql`select pg_wal_replay_pause()`,
    resume: async () => sql`select pg_wal_replay_resume()`,
    async stop() {
      await sql.end({ timeout: 1 })
      await end('SIGINT')
    },
  }
}
