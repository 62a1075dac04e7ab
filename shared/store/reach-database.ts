import { reasonOf, StartError } from '../start-error.ts'
import type { Database } from './connect.ts'
import { isUnavailable } from './failure.ts'

const OLDEST = 150_000
const PATIENCE_MS = 30_000
const PAUSE_MS = 250

type Server = { version: number; shown: string; encoding: string }

/** Waits up to half a minute for the database, then checks that it is one the hub can work with. */
export async function reachDatabase(
  { sql }: Database,
  name: string,
  say: (line: string) => void,
): Promise<void> {
  const server = await ask(sql, name, say)
  if (server.version < OLDEST)
    throw new StartError(`${name} is PostgreSQL ${server.shown}: the hub needs 15 or newer`)
  if (server.encoding !== 'UTF8')
    throw new StartError(`${name} has the encoding ${server.encoding}: the hub needs UTF8`)
}

async function ask(sql: Database['sql'], name: string, say: (line: string) => void): Promise<Server> {
  const late = Date.now() + PATIENCE_MS
  let told = false
  for (;;) {
    try {
      const [server] = await sql<[Server]>`
        select current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
          current_setting('server_encoding') as encoding`
      return server
    } catch (cause) {
      const why = reasonOf(cause)
      if (!isUnavailable(cause) || Date.now() > late) throw new StartError(`${name} cannot be used: ${why}`)
      if (!told) say(`Waiting for the database: ${why}`)
      told = true
      await Bun.sleep(PAUSE_MS)
    }
  }
}
