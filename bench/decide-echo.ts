import { memoryBus } from '#shared/bus/memory.ts'
import { memoryCache } from '#shared/cache/memory.ts'
import { readConfig } from '#shared/config.ts'
import * as contract from '#shared/contract/decide.ts'
import { router, serve } from '#shared/http/serve.ts'
import { jsonLog } from '#shared/log.ts'
import { listen } from '#shared/process/listen.ts'
import { openDatabase } from '#shared/store/connect.ts'

/** The same body, read and checked the same way, answered as large as a decision is, with no work between. */
const ANSWER = JSON.stringify({ decision: 'x'.repeat(1200) })
const log = jsonLog()
const echo = serve({ ...contract.decide, auth: 'none' }, () =>
  Promise.resolve(new Response(ANSWER, { headers: { 'content-type': 'application/json' } })),
)
const deps = {
  config: { ...readConfig({}), secret_key: 'bench '.repeat(8) },
  // Never asked for anything: it connects at the first statement.
  database: openDatabase('postgres://127.0.0.1:1/none', log),
  bus: memoryBus(log),
  cache: memoryCache(Date.now),
  clock: Date.now,
  log,
}
const fetch = router(deps, [echo])
const server = listen({ fetch, host: '127.0.0.1', port: 0, variable: 'HUB_API_PORT', log })
console.log(`echo  ${server.url}`)
