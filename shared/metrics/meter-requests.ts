import type { Log } from '../log.ts'
import type { Counter } from './registry.ts'
import { registryOf } from './registry.ts'
import { SECONDS } from './seconds.ts'

/** Counts the requests of one route; called with each answer and with when the request came, by `performance.now()`. */
export type Meter = (status: number, since: number) => void

/** A meter for one route of a service; what it looks up, it looks up once. */
export function meterRequests(log: Log, part: string, method: string, route: string): Meter {
  const registry = registryOf(log)
  const count = registry.counter(
    'hub_http_requests_total',
    'Requests that were answered, by route and status.',
  )
  const spread = registry.histogram(
    'hub_http_request_duration_seconds',
    'From the request to its answer, without the time that a stream takes.',
    SECONDS,
  )
  const counters = new Map<number, Counter>()
  const duration = spread({ part, method, route })
  return (status, since) => {
    let counter = counters.get(status)
    if (!counter) counters.set(status, (counter = count({ part, method, route, status: String(status) })))
    counter.add()
    duration.observe((performance.now() - since) / 1000)
  }
}
