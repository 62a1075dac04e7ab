import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryBus } from '../bus/memory.ts'
import { memoryCache } from '../cache/memory.ts'
import { readConfig } from '../config.ts'
import { jsonLog } from '../log.ts'
import type { Deps } from '../service.ts'
import { openDatabase } from '../store/connect.ts'
import { testPostgres } from './postgres.ts'

/** What a test may steer and look at, besides what a service is handed. */
export type TestDeps = Deps & {
  /** Stops the clock at a time; null lets it run again. */
  setClock(now: number | null): void
  /** Every log entry so far, as it would stand on stderr. */
  logged: string[]
  /** Closes the connections and removes the data directory. */
  stop(): Promise<void>
}

/** The database of the run; without the runner, one that this process starts for itself. */
export const testUrl = process.env['HUB_TEST_DATABASE_URL'] ?? (await testPostgres()).url

/**
 * Deps over a real, migrated database; `await testDeps()` at the top of a test file, `afterAll(deps.stop)` beside it.
 * Every test mints its own project in there: the database is shared by all files of a run, unless the url says another.
 */
export async function testDeps(url = testUrl): Promise<TestDeps> {
  const logged: string[] = []
  const log = jsonLog((line) => void logged.push(line))
  const data_dir = mkdtempSync(join(tmpdir(), 'hub-test-'))
  const database = openDatabase(url, log)
  let stopped_at: number | null = null
  const clock = () => stopped_at ?? Date.now()
  await database.sql`select 1`
  return {
    config: {
      ...readConfig({ HUB_DATA_DIR: data_dir, DATABASE_URL: url }),
      secret_key: 'test '.repeat(8),
    },
    database,
    bus: memoryBus(log),
    cache: memoryCache(clock),
    clock,
    log,
    logged,
    setClock: (now) => void (stopped_at = now),
    async stop() {
      await database.stop()
      rmSync(data_dir, { recursive: true, force: true })
    },
  }
}
