import { memoryCache } from '#shared/cache/memory.ts'
import { answerHealth } from '#shared/http/health.ts'
import { openDeps, type Start } from '#shared/process/open-deps.ts'
import { openPort } from '#shared/process/open-port.ts'
import { runProcess } from '#shared/process/run-process.ts'
import { secretKey } from '#shared/process/secret-key.ts'
import { ui } from './service.ts'

const API = 'http://127.0.0.1:8000'

/** What people sign in with is in the database; in development nobody does, so the pages can do without. */
async function depsOf(start: Start) {
  const { config, log } = start
  if (config.database_url !== undefined) return openDeps(start, config.database_url)
  const with_secret = { ...config, secret_key: secretKey(config) }
  return { config: with_secret, database: null, cache: memoryCache(Date.now), clock: Date.now, log }
}

await runProcess(async (start) => {
  const { config, at_end, log, say } = start
  const base = config.backend_url ?? API
  const deps = await depsOf(start)
  // Pages show the API as people reach it: on the port where this process does, if that is on the same machine.
  const { hostname, port } = new URL(base)
  const is_here = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const api_port = (is_here && Number(port)) || config.api_port
  const pages = await ui({ ...deps, config: { ...deps.config, api_port } }, { fetch, base })
  at_end(pages.name, pages.stop)
  const answer = answerHealth(deps.database, log, pages.fetch)
  say(`${pages.name}  ${openPort(start, answer, config.ui_port, 'HUB_UI_PORT')}`)
}, 'llm-trace-hub-ui')
