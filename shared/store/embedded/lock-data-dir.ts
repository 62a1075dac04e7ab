import { Database, SQLiteError } from 'bun:sqlite'
import { join } from 'node:path'
import { StartError } from '../../start-error.ts'

/**
 * Takes a data directory for this process, before anything in it is touched. The lock is the operating system's, through
 * an empty SQLite file: the kernel lets go of it however the process ends.
 */
export function lockDataDir(data_dir: string): () => void {
  const file = new Database(join(data_dir, 'hub.lock'), { create: true })
  try {
    file.run('pragma busy_timeout = 0')
    file.run('begin exclusive')
  } catch (cause) {
    file.close()
    if (!(cause instanceof SQLiteError) || cause.code !== 'SQLITE_BUSY') throw cause
    throw inUse(data_dir)
  }
  return () => file.close()
}

/** A hub that is running has the data directory. */
export class DataDirInUse extends StartError {}

export const inUse = (data_dir: string): DataDirInUse =>
  new DataDirInUse(
    `Another hub is running on ${data_dir}: stop that one, or set HUB_DATA_DIR to another directory`,
  )
