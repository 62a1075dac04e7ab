import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { jsonLog } from '#shared/log.ts'
import { openDatabase, type Database } from '#shared/store/connect.ts'
import { readPostmaster } from '#shared/store/embedded/postmaster-file.ts'
import { urlIn } from './url-in.ts'

/** A hub under measurement, in a process of its own. */
export type Hub = {
  api: string
  ui: string
  pid: number
  postmaster: number
  data_dir: string
  database_url: string
  database: Database
  stop: () => Promise<void>
}

/** A temporary directory that a database user of its own may pass through. */
function makeDataDir(): string {
  const data_dir = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  chmodSync(data_dir, 0o711)
  return data_dir
}

/**
 * A hub as `npm start` runs it: nothing is switched off for the bench. Its data goes with it, unless `keep` names where;
 * `more` is what else stands in its environment.
 */
export async function startHub(keep?: string, more: Record<string, string> = {}): Promise<Hub> {
  const data_dir = keep === undefined ? makeDataDir() : resolve(keep)
  const child = Bun.spawn([process.execPath, resolve(import.meta.dir, '../hub.ts')], {
    env: { PATH: process.env['PATH'], HUB_DATA_DIR: data_dir, HUB_API_PORT: '0', HUB_UI_PORT: '0', ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const greeting = await urlIn(child.stdout, 'UI')
  const postmaster = readPostmaster(join(data_dir, 'postgres'))
  if (!postmaster) throw new Error(`there is no database in ${data_dir}`)
  const password = readFileSync(join(data_dir, 'postgres-password'), 'utf8').trim()
  const database_url = `postgres://postgres:${password}@127.0.0.1:${postmaster.port}/postgres`
  const database = openDatabase(database_url, jsonLog())
  return {
    api: greeting('API'),
    ui: greeting('UI'),
    pid: child.pid,
    postmaster: postmaster.pid,
    data_dir,
    database_url,
    database,
    async stop() {
      await database.stop()
      child.kill('SIGTERM')
      await child.exited
      if (keep === undefined) rmSync(data_dir, { recursive: true, force: true })
    },
  }
}
