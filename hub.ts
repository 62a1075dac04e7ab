import { DECISION_STEPS } from './decide/import/steps.ts'
import { decide } from './decide/service.ts'
import { ingest } from './ingest/service.ts'
import { runCommand } from './ingest/upkeep/run-command.ts'
import { notify } from './notify/service.ts'
import { query } from './query/service.ts'
import { router } from '#shared/http/serve.ts'
import { greet } from '#shared/process/greet.ts'
import { openDeps, type Start } from '#shared/process/open-deps.ts'
import { openPort } from '#shared/process/open-port.ts'
import { runProcess } from '#shared/process/run-process.ts'
import { reachPostgres } from '#shared/store/embedded/reach-postgres.ts'
import { startPostgres } from '#shared/store/embedded/start-postgres.ts'
import { ui } from './ui/service.ts'

/** DATABASE_URL, or a PostgreSQL of the hub's own. */
async function databaseUrl({ config, at_end, log, say }: Start, own: typeof startPostgres): Promise<string> {
  if (config.database_url !== undefined) return config.database_url
  const postgres = await own({ data_dir: config.data_dir, log, say })
  at_end('postgres', postgres.stop)
  return postgres.url
}

/** Every service in one process, over two ports. */
async function serveAll(start: Start): Promise<void> {
  const { config, at_end, say } = start
  const deps = await openDeps(start, await databaseUrl(start, startPostgres))
  const services = []
  for (const begin of [ingest, decide, query, notify]) {
    const service = await begin(deps)
    at_end(service.name, service.stop)
    services.push(service)
  }
  const answer = router(
    deps,
    services.flatMap(({ routes }) => routes),
  )
  const api = openPort(start, answer, config.api_port, 'HUB_API_PORT')
  const pages = await ui(
    deps,
    config.backend_url ? { fetch, base: config.backend_url } : { fetch: answer, base: api },
  )
  at_end(pages.name, pages.stop)
  say(greet(config, api, openPort(start, pages.fetch, config.ui_port, 'HUB_UI_PORT')))
}

/** A command of the operator instead, over the same database; the process ends with its exit code. */
async function command(start: Start, argv: string[]): Promise<void> {
  const stops: (() => Promise<void>)[] = []
  const noting: Start = {
    ...start,
    at_end(name, stop) {
      stops.push(stop)
      start.at_end(name, stop)
    },
  }
  // Only a restore begins with no database.
  const own = argv[0] === 'restore' ? startPostgres : reachPostgres
  const open = async () => openDeps(noting, await databaseUrl(noting, own))
  const write = (text: string) => void process.stdout.write(text)
  let code = 1
  try {
    code = await runCommand(argv, open, { write, is_tty: process.stdout.isTTY }, DECISION_STEPS)
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
  process.exit(code)
}

const argv = process.argv.slice(2)
await runProcess(async (start) => (argv.length > 0 ? command(start, argv) : serveAll(start)))
