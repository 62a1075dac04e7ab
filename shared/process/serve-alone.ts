import { answerHealth } from '../http/health.ts'
import { router } from '../http/serve.ts'
import type { Deps, Service } from '../service.ts'
import { StartError } from '../start-error.ts'
import { openDeps, type Start } from './open-deps.ts'
import { openPort } from './open-port.ts'

/** One service of the API in a process of its own, over the database that all of them share. */
export async function serveAlone(start: Start, begin: (deps: Deps) => Promise<Service>): Promise<void> {
  const { config, at_end, log, say } = start
  if (config.database_url === undefined) {
    throw new StartError(
      'DATABASE_URL is not set: a service that runs alone needs the database of all services',
    )
  }
  if (config.nats_url === undefined) {
    log.info('NATS_URL is not set: what another process changes is known here within a second, not at once')
  }
  const deps = await openDeps(start, config.database_url)
  const service = await begin(deps)
  at_end(service.name, service.stop)
  const answer = answerHealth(deps.database, log, router(deps, service.routes))
  const url = openPort(start, answer, config.api_port, 'HUB_API_PORT')
  say(`${service.name}  ${url}`)
}
