import type { Deps } from '#shared/service.ts'
import { fine, look, wrong, type Finding } from './finding.ts'

const OLDEST = 150_000
const SKEW_WARN_MS = 1000
const SKEW_BAD_MS = 60_000

/** Its version, and the settings on which "acknowledged" rests. */
export async function checkServer({ database: { sql } }: Deps): Promise<Finding[]> {
  const [server] = await sql<
    [{ version: string; number: number; encoding: string; used: number; most: number }]
  >`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
      current_setting('server_encoding') as encoding, current_setting('max_connections')::int as most,
      (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used`
  const off = await sql<{ name: string }[]>`
    select name from pg_settings
    where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting = 'off' order by name`
  const { version, number, encoding, used, most } = server
  return [
    number >= OLDEST
      ? fine(`PostgreSQL ${version}`)
      : wrong(`PostgreSQL ${version} is too old`, 'Upgrade it to 15 or newer.'),
    encoding === 'UTF8'
      ? fine('The database is UTF-8')
      : wrong(`The database is ${encoding}`, "Make one with encoding 'UTF8' and restore a backup into it."),
    off.length === 0
      ? fine('What is acknowledged is on disk: fsync, synchronous_commit and full_page_writes are on')
      : wrong(
          `${off.map(({ name }) => name).join(', ')} off`,
          'Turn it on: acknowledged requests can be lost.',
        ),
    used < most * 0.8
      ? fine(`${used} of ${most} connections are in use`)
      : look(`${used} of ${most} connections are in use`, 'Raise max_connections, or run fewer processes.'),
  ]
}

/** The schema, which a command brings to the newest before it begins. */
export async function checkMigrations({ database: { sql } }: Deps): Promise<Finding[]> {
  const [row] = await sql<{ name: string }[]>`select name from migrations order by version desc limit 1`
  return [fine(`The schema is at ${row?.name ?? 'no migration'}`)]
}

/** Days, leases and signatures are told by clocks. */
export async function checkClock({ database: { sql }, clock }: Deps): Promise<Finding[]> {
  const before = clock()
  const [{ now }] = await sql<[{ now: Date }]>`select clock_timestamp() as now`
  const after = clock()
  const skew = Math.max(0, before - now.getTime(), now.getTime() - after)
  const says = `The clocks of this machine and of the database differ by ${skew} ms`
  if (skew < SKEW_WARN_MS) return [fine('The clocks of this machine and of the database agree')]
  const advice = 'Run a time service (NTP) on both.'
  return [skew < SKEW_BAD_MS ? look(says, advice) : wrong(says, advice)]
}
