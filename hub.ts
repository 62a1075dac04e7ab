import { ingest } from './ingest/service.ts'
import { query } from './query/service.ts'
import { router } from '#shared/http/serve.ts'
import { greet } from '#shared/process/greet.ts'
import { openDeps, type Start } from '#shared/process/open-deps.ts'
import { openPort } from '#shared/process/open-port.ts'
import { runProcess } from '#shared/process/run-process.ts'
import { startPostgres } from '#shared/store/embedded/start-postgres.ts'
import { ui } from './ui/service.ts'

/** A PostgreSQL of the hub's own. */
async function ownDatabase({ config, at_end, log, say }: Start): Promise<string> {
  const postgres = await startPostgres({ data_dir: config.data_dir, log, say })
  at_end('postgres', postgres.stop)
  return postgres.url
}

/** Every service in one process, over two ports. */
await runProcess(async (start) => {
  const { config, at_end, say } = start
  const deps = await openDeps(start, config.database_url ?? (await ownDatabase(start)))
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
  const api = openPort(start, answer, config.api_port, 'HUB_API_PORT')
  const pages = await ui(
    deps,
    config.backend_url ? { fetch, base: config.backend_url } : { fetch: answer, base: api },
  )
  at_end(pages.name, pages.stop)
  say(greet(config, api, openPort(start, pages.fetch, config.ui_port, 'HUB_UI_PORT')))
})
