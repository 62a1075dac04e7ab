import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonLog } from '../log.ts'
import { openDatabase } from '../store/connect.ts'
import { startPostgres, type EmbeddedPostgres } from '../store/embedded/start-postgres.ts'
import { migrate } from '../store/migrate.ts'

/**
 * Waits for the end of its standard input, then stops the database in $1 and removes the directory. Deaf to SIGTERM,
 * which bun test sends to what a file leaves running.
 */
const CLEAN_UP = `
  trap '' TERM INT HUP
  cat >/dev/null
  file=$1/postgres/postmaster.pid
  [ -e $file ] && kill -INT $(head -1 $file)
  for try in $(seq 50); do [ -e $file ] && sleep 0.1; done
  rm -rf "$1"`

/** A new data directory. Under root the database's own user must get through to its folder, which 0700 would not let. */
export function makeDataDir(): string {
  const data_dir = mkdtempSync(join(tmpdir(), 'hub-test-pg-'))
  chmodSync(data_dir, 0o711)
  return data_dir
}

/** Stops a data directory's database and removes the directory when this process has ended, whatever ended it. */
export function cleanUpAfterwards(data_dir: string) {
  const cleaner = spawn('sh', ['-c', CLEAN_UP, 'clean-up', data_dir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  cleaner.unref()
}

/** A migrated database in a temporary directory, gone when this process has ended. */
export async function testPostgres(): Promise<EmbeddedPostgres> {
  const data_dir = makeDataDir()
  cleanUpAfterwards(data_dir)
  const log = jsonLog()
  const postgres = await startPostgres({ data_dir, log, say: () => {} })
  const database = openDatabase(postgres.url, log)
  await migrate(database)
  await database.stop()
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop()
      rmSync(data_dir, { recursive: true, force: true })
    },
  }
}
