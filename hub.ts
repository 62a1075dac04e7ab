import { ingest } from './ingest/service.ts'
import { query } from './query/service.ts'
import { memoryBus } from '#shared/bus/memory.ts'
import { ConfigError, readConfig, type Config } from '#shared/config.ts'
import { guardHost } from '#shared/http/guard-host.ts'
import { router } from '#shared/http/serve.ts'
import { jsonLog } from '#shared/log.ts'
import { endOnSignal, type AtEnd } from '#shared/process/end-on-signal.ts'
import { greet } from '#shared/process/greet.ts'
import { listen } from '#shared/process/listen.ts'
import { secretKey } from '#shared/process/secret-key.ts'
import type { Deps } from '#shared/service.ts'
import { StartError } from '#shared/start-error.ts'
import { checkDurability } from '#shared/store/check-durability.ts'
import { openDatabase, type Database } from '#shared/store/connect.ts'
import { startPostgres } from '#shared/store/embedded/start-postgres.ts'
import { guardProcess } from '#shared/store/guard.ts'
import { migrate } from '#shared/store/migrate.ts'
import { reachDatabase } from '#shared/store/reach-database.ts'
import { ui } from './ui/service.ts'

const log = jsonLog()
const say = (line: string) => console.log(line)

/** The hub's own PostgreSQL, unless DATABASE_URL names one; reached, checked and migrated. */
async function prepareDatabase(config: Config, at_end: AtEnd): Promise<Database> {
  let url = config.database_url
  if (url === undefined) {
    const postgres = await startPostgres({ data_dir: config.data_dir, log, say })
    at_end('postgres', postgres.stop)
    url = postgres.url
  }
  const database = openDatabase(url, log, config.database_read_url)
  at_end('database', database.stop)
  await reachDatabase(database, config.database_url ? 'DATABASE_URL' : 'The database', say)
  await checkDurability(database.sql, config.env, log)
  await migrate(database, say)
  return database
}

/** Every service in one process, over two ports. */
async function start(config: Config, at_end: AtEnd) {
  const database = await prepareDatabase(config, at_end)
  const deps: Deps = {
    config: { ...config, secret_key: secretKey(config) },
    database,
    bus: memoryBus(),
    clock: Date.now,
    log,
  }
  const services = []
  for (const begin of [ingest, query]) {
    const service = await begin(deps)
    at_end(service.name, service.stop)
    services.push(service)
  }
  const answer = router(
    deps,
    services.flatMap(({ routes }) => routes),
  )
  const open = (fetch: typeof answer, port: number, variable: string) => {
    const listener = listen({ fetch: guardHost(config, log, fetch), host: config.host, port, variable, log })
    at_end(variable, listener.stop)
    return listener.url
  }
  const api = open(answer, config.api_port, 'HUB_API_PORT')
  const pages = await ui(
    deps,
    config.backend_url ? { fetch, base: config.backend_url } : { fetch: answer, base: api },
  )
  at_end(pages.name, pages.stop)
  say(greet(config, api, open(pages.fetch, config.ui_port, 'HUB_UI_PORT')))
}

const exit = (code: number) => process.exit(code)
guardProcess(log, () => exit(1))
try {
  await start(readConfig(), endOnSignal(log, exit))
} catch (error) {
  if (!(error instanceof StartError) && !(error instanceof ConfigError)) throw error
  console.error(error.message)
  exit(1)
}
