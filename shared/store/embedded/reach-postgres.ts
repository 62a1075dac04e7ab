import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../../start-error.ts'
import { findCluster } from './create-cluster.ts'
import { DataDirInUse } from './lock-data-dir.ts'
import { readPostmaster } from './postmaster-file.ts'
import { startPostgres, type EmbeddedPostgres } from './start-postgres.ts'

/** The database of the hub that is running on a data directory. */
function findRunning(data_dir: string, cluster: string): EmbeddedPostgres | null {
  const file = readPostmaster(cluster)
  if (!file?.ready) return null
  const password = readFileSync(join(data_dir, 'postgres-password'), 'utf8').trim()
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${file.port}/postgres`,
    stop: () => Promise.resolve(),
  }
}

/**
 * For a command: the database of the hub that is running on the data directory, or else that database started for as
 * long as the command takes. Never makes a new one.
 */
export async function reachPostgres(options: Parameters<typeof startPostgres>[0]): Promise<EmbeddedPostgres> {
  const { data_dir } = options
  const cluster = existsSync(data_dir) ? findCluster(data_dir) : undefined
  if (!cluster) {
    throw new StartError(
      `There is no database in ${data_dir}: set HUB_DATA_DIR to the hub's data directory, or DATABASE_URL`,
    )
  }
  try {
    return await startPostgres(options)
  } catch (error) {
    const running = error instanceof DataDirInUse ? findRunning(data_dir, cluster) : null
    if (running) return running
    throw error
  }
}
