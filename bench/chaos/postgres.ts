import { spawn } from 'node:child_process'
import { cpSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { jsonLog } from '#shared/log.ts'
import { openDatabase } from '#shared/store/connect.ts'
import { startPostgres } from '#shared/store/embedded/start-postgres.ts'
import { readPostmaster } from '#shared/store/embedded/postmaster-file.ts'
import { cleanUpAfterwards, makeDataDir } from '#shared/testing/postgres.ts'
import { childrenOf } from '../cpu.ts'

const quiet = jsonLog(() => {})

/** Resident memory of a process in MB; 0 when it is gone. */
export function residentOf(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Math.round(Number(kilobytes ?? 0) / 1024)
  } catch {
    return 0
  }
}

/** Copies a cluster that nobody runs, with its owners and times. */
async function copyCluster(from: string, to: string) {
  const copying = spawn('cp', ['-a', realpathSync(join(from, 'postgres')), join(to, 'postgres')], {
    stdio: 'inherit',
  })
  const code = await new Promise<number | null>((done) => copying.once('exit', done))
  if (code !== 0) throw new Error(`cp ended with ${code}`)
  cpSync(join(from, 'postgres-password'), join(to, 'postgres-password'))
}

/**
 * Postgres of the run's own, which starts again by itself; its processes can be signalled. `copy_dir` is a directory with
 * a copy of its cluster, for a replica.
 */
export async function openPostgres() {
  const [data_dir, copy_dir] = [makeDataDir(), makeDataDir()]
  for (const dir of [data_dir, copy_dir]) cleanUpAfterwards(dir)
  const options = { data_dir, log: quiet, say: () => {} }
  const first = await startPostgres(options)
  await first.stop()
  await copyCluster(data_dir, copy_dir)
  const server = await startPostgres(options)
  const postmaster = () => readPostmaster(join(data_dir, 'postgres'))?.pid ?? 0
  const database = openDatabase(server.url, quiet)
  return {
    url: server.url,
    copy_dir,
    sql: database.sql,
    postmaster,
    family: () => [postmaster(), ...childrenOf(postmaster())],
    async stop() {
      await database.stop()
      await server.stop()
      for (const dir of [data_dir, copy_dir]) rmSync(dir, { recursive: true, force: true })
    },
  }
}
