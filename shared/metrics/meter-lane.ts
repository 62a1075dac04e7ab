import type { Log } from '../log.ts'
import { registryOf } from './registry.ts'
import { SECONDS } from './seconds.ts'

const REQUESTS = [1, 2, 4, 8, 16, 32, 64] as const

type Waiting = () => { bytes: number; requests: number }
type Queues = Map<string, Waiting>

/** What is counted of a commit lane. */
export type LaneMeter = {
  /** A group was committed, or failed, that was begun at `since` by `performance.now()`. */
  group(requests: number, since: number): void
  /** A request was committed that has waited and been written for so many milliseconds: it can be read from now on. */
  fresh(ms: number): void
}

/** A meter of one lane; `waiting` says what is in its queue. */
export function meterLane(log: Log, lane: string, waiting: Waiting): LaneMeter {
  const registry = registryOf(log)
  const queues = lanesOf(log)
  queues.set(lane, waiting)
  const read = (of: 'bytes' | 'requests') => () =>
    [...queues].map(([name, queue]) => ({ labels: { lane: name }, value: queue()[of] }))
  registry.gauge('hub_lane_queued_bytes', 'Bytes that wait to be committed.', read('bytes'))
  registry.gauge('hub_lane_queued_requests', 'Requests that wait to be committed.', read('requests'))
  const size = registry.histogram(
    'hub_lane_group_requests',
    'Requests in one transaction.',
    REQUESTS,
  )({ lane })
  const commit = registry.histogram(
    'hub_lane_commit_duration_seconds',
    'One transaction, from its first statement to its commit.',
    SECONDS,
  )({ lane })
  const fresh = registry.histogram(
    'hub_lane_freshness_seconds',
    'From the moment a request was read to the moment at which what it said can be read.',
    SECONDS,
  )({ lane })
  return {
    group(requests, since) {
      size.observe(requests)
      commit.observe((performance.now() - since) / 1000)
    },
    fresh: (ms) => fresh.observe(ms / 1000),
  }
}

const queues = new WeakMap<Log, Queues>()

function lanesOf(log: Log) {
  let all = queues.get(log)
  if (!all) queues.set(log, (all = new Map<string, Waiting>()))
  return all
}
