import { timingSafeEqual } from 'node:crypto'
import { HubError } from '../errors.ts'
import { readCredentials } from '../http/credentials.ts'
import { keyDigest } from '../http/key-digest.ts'
import type { Deps } from '../service.ts'
import { VERSION } from '../version.ts'
import { registryOf, type Registry } from './registry.ts'

/** Where each process says what it counts. */
export const METRICS_PATH = '/metrics'

const BEGAN_AT = Date.now() / 1000

function meterProcess(registry: Registry): void {
  registry.gauge('hub_build_info', 'The release, as a label.', () => [
    { labels: { version: VERSION }, value: 1 },
  ])
  registry.gauge('process_resident_memory_bytes', 'Resident memory of the process.', () => [
    { value: process.memoryUsage.rss() },
  ])
  registry.gauge('process_start_time_seconds', 'When the process began, in seconds since 1970.', () => [
    { value: BEGAN_AT },
  ])
  registry.total('process_cpu_seconds_total', 'Processor time of the process, user and system.', () => {
    const { user, system } = process.cpuUsage()
    return [{ value: (user + system) / 1e6 }]
  })
}

type Connections = { name: string; state: string; count: number }

function meterDatabase(registry: Registry, database: Deps['database']): void {
  registry.gauge(
    'hub_db_connections',
    'Connections of all processes of the hub, by their use and state.',
    async () => {
      const rows = await database.read<Connections[]>`
      select application_name as name, coalesce(state, 'other') as state, count(*)::int as count
      from pg_stat_activity
      where application_name like 'hub-%' and datname = current_database() group by 1, 2`
      return rows.map(({ name, state, count }) => ({ labels: { name: name.slice(4), state }, value: count }))
    },
  )
}

type Asked = Pick<Deps, 'config' | 'log'> & { database: Deps['database'] | null }

/** Gives the answer to `/metrics`, for who shows the admin key: the figures are of all projects. */
export function metricsAnswer({ config, log, database }: Asked): (request: Request) => Promise<Response> {
  const registry = registryOf(log)
  const right = keyDigest(config.admin_key)
  meterProcess(registry)
  if (database) meterDatabase(registry, database)
  return async (request) => {
    const { key } = readCredentials(request)
    if (key === null) throw new HubError('missing_api_key')
    if (!timingSafeEqual(keyDigest(key), right)) throw new HubError('admin_required')
    return new Response(await registry.text(), {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
    })
  }
}
