import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import type { OsUser } from './choose-user.ts'
import { isPostmaster, markStale, readPostmaster } from './postmaster-file.ts'

/** A running postmaster; `gone` settles when its process has ended. */
export type Postmaster = { pid: number; port: number; gone: Promise<void> }

/** All that it takes to start the postmaster of a cluster. */
export type Launch = {
  binaries: Binaries
  user: OsUser | undefined
  cluster: string
  log_file: string
  say: (line: string) => void
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '128MB',
  jit: 'off',
  max_logical_replication_workers: '0',
  log_checkpoints: 'off',
  // Errors come back to the hub; here their text could hold what people stored.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
}

const POLL_MS = 20
const POLL_GONE_MS = 250
const PATIENCE_MS = 5000

function tail(log_file: string, from: number): string {
  const lines = readFileSync(log_file).subarray(from).toString().trim().split('\n')
  return (lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? '').replace(
    /^.*?(FATAL|PANIC): +/,
    '',
  )
}

/** Signals a postmaster when the hub ends, however it ends, short of kill -9. */
export function stopWithHub(pid: number | undefined, gone: Promise<void>) {
  const stop = () => interrupt(pid)
  process.on('exit', stop)
  void gone.then(() => process.off('exit', stop))
}

/** Asks for a fast shutdown: clients are cut off, everything is written. */
export function interrupt(pid: number | undefined) {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGINT')
  } catch {
    // It has just ended by itself.
  }
}

/** Starts Postgres in a process group of its own, so that Ctrl-C reaches the hub alone, and waits until it is ready. */
export async function launch(
  { binaries, user, cluster, log_file, say }: Launch,
  port: number,
): Promise<Postmaster> {
  const output = openSync(log_file, 'a', 0o600)
  const from = statSync(log_file).size
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const child = spawn(join(binaries.bin, 'postgres'), ['-D', cluster, ...settings], {
    ...user,
    cwd: '/',
    detached: true,
    env: { PATH: process.env['PATH'], LC_MESSAGES: 'C', TZ: 'UTC' },
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  let ended = false
  const gone = new Promise<void>((resolve) => {
    child.once('exit', resolve)
    child.once('error', resolve)
  }).then(() => void (ended = true))
  stopWithHub(child.pid, gone)
  const started = Date.now()
  let told = started
  for (;;) {
    if (ended || child.pid === undefined) throw new Error(`PostgreSQL did not start: ${tail(log_file, from)}`)
    const file = readPostmaster(cluster)
    if (file?.pid === child.pid && file.ready) return { pid: child.pid, port, gone }
    if (Date.now() - told > PATIENCE_MS) {
      told = Date.now()
      say(
        `PostgreSQL is not ready yet after ${Math.round((told - started) / 1000)} s; after a crash it reads its log first`,
      )
    }
    await Bun.sleep(POLL_MS)
  }
}

/**
 * The postmaster that an earlier hub left behind, once it is ready; null when none runs on this cluster. It looks like
 * ours by its command line; whether it is, its password decides.
 */
export async function findOrphan(cluster: string): Promise<Postmaster | null> {
  for (;;) {
    const file = readPostmaster(cluster)
    if (!file) return null
    if (!isPostmaster(file.pid, cluster)) {
      markStale(cluster)
      return null
    }
    if (file.ready) return { pid: file.pid, port: file.port, gone: waitUntilGone(file.pid, cluster) }
    await Bun.sleep(POLL_MS)
  }
}

async function waitUntilGone(pid: number, cluster: string): Promise<void> {
  while (isPostmaster(pid, cluster)) await Bun.sleep(POLL_GONE_MS)
}
