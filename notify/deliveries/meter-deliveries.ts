import { registryOf } from '#shared/metrics/registry.ts'
import type { NotifyDeps } from '../deps.ts'

/** Counts attempts by how they ended, and says how many deliveries wait, and how many were given up. */
export function meterDeliveries({ log, database: { sql } }: NotifyDeps) {
  const registry = registryOf(log)
  registry.gauge(
    'hub_deliveries',
    'Deliveries of all projects that wait, and that were given up.',
    async () => {
      const [row] = await sql<{ pending: number; dead: number }[]>`
      select (select count(*)::int from deliveries where state = 'pending') as pending,
        (select count(*)::int from deliveries where state = 'dead') as dead`
      return Object.entries({ ...row }).map(([state, value]) => ({ labels: { state }, value }))
    },
  )
  registry.gauge('hub_outbox_events', 'Events that notify has not taken yet.', async () => {
    const [row] = await sql<{ value: number }[]>`select count(*)::int as value from outbox`
    return row ? [{ value: row.value }] : []
  })
  return registry.counter('hub_delivery_attempts_total', 'Attempts to deliver, by how they ended.')
}
