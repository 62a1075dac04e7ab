import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { StartError } from '../start-error.ts'
import type { Sql } from './connect.ts'

type Setting = { name: string; setting: string }

/**
 * An acknowledged request is as durable as these settings make it: without one of them production does not start, and
 * development says so.
 */
export async function checkDurability(sql: Sql, env: Config['env'], log: Log): Promise<void> {
  const off = await sql<Setting[]>`
    select name, setting from pg_settings
    where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting = 'off'
    order by name`
  if (off.length === 0) return
  const names = off.map(({ name }) => name).join(', ')
  if (env === 'production') {
    throw new StartError(`The database has ${names} off and would lose what it had acknowledged: turn it on`)
  }
  log.warn('the database may lose what it has acknowledged: settings are off', { names })
}
