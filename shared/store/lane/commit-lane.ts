import { HubError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { meterLane, type LaneMeter } from '../../metrics/meter-lane.ts'
import { activeContext, tracerOf } from '../../tracing/tracer.ts'
import type { SpanContext } from '../../tracing/trace-parent.ts'
import { codeOf, isDataFault, isMissingPartition } from '../failure.ts'
import { decodeTurns, type DecodeTurns } from './decode-turns.ts'
import { fairQueue } from './fair-queue.ts'
import type { LaneConnection } from './lane-connection.ts'
import { countItems } from './count-items.ts'
import type { Job, Outcome } from './job.ts'
import { persistGroup, type Persistence } from './persist-group.ts'

const GROUP_REQUESTS = 64
const GROUP_BYTES = 4 * 1024 * 1024
const QUEUE_BYTES = 48 * 1024 * 1024
const QUEUE_MS = 10_000

/** A request in the queue, and whom to tell when it is committed. */
type Waiting<J, R> = J & {
  since: number
  /** The span on whose behalf it is written, where own spans are wanted. */
  span: SpanContext | null
  resolve: (result: R) => void
  reject: (error: unknown) => void
}

/** Commits some requests as one transaction and gives one result for each; throws when it did not. */
type Persist<J, R> = (jobs: J[]) => Promise<R[]>

/** A queue before a connection: requests that wait together are committed as one transaction. */
export type Lane<J extends Job, R> = {
  /** When a body may be decoded. */
  turns: DecodeTurns
  /** Resolves once the request is committed; rejects with the HubError that its sender gets. */
  commit(job: J): Promise<R>
  /** Commits what waits, then takes nothing more. */
  stop(): Promise<void>
}

/** The way into the record. */
export type CommitLane = Lane<Job, Outcome>

/** `express` persists over a connection of its own; `close` ends both. */
type Options<J, R> = {
  /** What its figures are named. */
  name: string
  persist: Persist<J, R>
  express: Persist<J, R>
  close: () => Promise<unknown>
  clock: () => number
  log: Log
}

const comingNow = (clock: () => number) => ({ since: clock(), span: activeContext() })

type Measured = { meter: LaneMeter; clock: () => number; name: string; log: Log }

/** A span of a group's transaction, below the first request that has one and linked to the others; null without any. */
function traceGroup<J extends Job, R>({ log, name }: Measured, jobs: Waiting<J, R>[]) {
  const tracer = tracerOf(log)
  if (!tracer) return null
  const [parent, ...links] = jobs.flatMap(({ span }) => (span?.sampled ? [span] : []))
  if (!parent) return null
  const items = jobs.reduce((sum, { batch }) => sum + batch.items.length, 0)
  const attributes = {
    ...{ 'hub.lane': name, 'hub.group.requests': jobs.length, 'hub.group.items': items },
    'db.system.name': 'postgresql',
  }
  return tracer.start({ name: `commit ${name}`, kind: 'client', attributes, parent, links })
}

/** Commits a group and tells each request what became of it; a fault of the data is its own request's alone. */
async function flush<J extends Job, R>(
  persist: Persist<J, R>,
  jobs: Waiting<J, R>[],
  measured: Measured,
): Promise<void> {
  const since = performance.now()
  const span = traceGroup(measured, jobs)
  try {
    const results = await persist(jobs)
    span?.end()
    const now = measured.clock()
    measured.meter.group(jobs.length, since)
    jobs.forEach((job, index) => {
      const result = results[index]
      if (!result) return
      measured.meter.fresh(now - job.since)
      job.resolve(result)
    })
  } catch (error) {
    span?.fail(codeOf(error) || 'failed')
    span?.end()
    const maybe_one = isDataFault(error) || isMissingPartition(error)
    if (maybe_one && jobs.length > 1) for (const job of jobs) await flush(persist, [job], measured)
    else for (const job of jobs) job.reject(answerTo(error))
  }
}

/** What fails here is the hub's trouble, not the sender's: 503, since clients drop their data on 500. */
function answerTo(cause: unknown): HubError {
  if (isDataFault(cause)) return new HubError('internal_error', { cause })
  return new HubError('storage_unavailable', { cause, retry_after: 1 })
}

/** Who has waited too long is told to come again. */
function stillInTime<J, R>(jobs: Waiting<J, R>[], oldest: number): Waiting<J, R>[] {
  for (const job of jobs) {
    if (job.since < oldest) job.reject(new HubError('storage_unavailable', { retry_after: 1 }))
  }
  return jobs.filter(({ since }) => since >= oldest)
}

/**
 * One lane a process: while a group is under way, what arrives waits and becomes the next group. Only projects that are
 * not in it need not wait: they have a second connection, or a quiet project would wait for a noisy one's groups.
 */
export function groupLane<J extends Job, R>(options: Options<J, R>): Lane<J, R> {
  const queue = fairQueue<Waiting<J, R>>(QUEUE_BYTES)
  const turns = decodeTurns(queue.bytes, options.clock, QUEUE_MS)
  const waiting = () => ({ bytes: queue.bytes(), requests: queue.length() })
  const measured = { ...options, meter: meterLane(options.log, options.name, waiting) }
  let stopping = false
  let running: Promise<void> | null = null
  let hurrying: Promise<void> | null = null
  /** The projects of the group under way. */
  let engaged = new Set<number>()

  function take(may_go?: (project_no: number) => boolean): Waiting<J, R>[] {
    const jobs = queue.take(GROUP_REQUESTS, GROUP_BYTES, may_go)
    turns.wake()
    return stillInTime(jobs, options.clock() - QUEUE_MS)
  }

  async function drain(): Promise<void> {
    while (!queue.isEmpty()) {
      const jobs = take()
      engaged = new Set(jobs.map(({ project_no }) => project_no))
      if (jobs.length > 0) await flush(options.persist, jobs, measured)
    }
    engaged = new Set()
  }

  async function hurry(): Promise<void> {
    for (;;) {
      const jobs = take((project_no) => !engaged.has(project_no))
      if (jobs.length === 0) return
      await flush(options.express, jobs, measured)
    }
  }

  function wake() {
    if (running) {
      hurrying ??= hurry()
        .catch((cause: unknown) => options.log.error('the second lane stopped', {}, cause))
        .finally(() => (hurrying = null))
      return
    }
    running ??= drain()
      .catch((cause: unknown) => options.log.error('the commit lane stopped', {}, cause))
      .finally(() => {
        running = null
        if (!queue.isEmpty()) wake()
      })
  }

  return {
    turns,
    commit(job) {
      if (stopping) return Promise.reject(new HubError('starting', { retry_after: 1 }))
      return new Promise((resolve, reject) => {
        const admitted = queue.push({ ...job, ...comingNow(options.clock), resolve, reject })
        if (admitted) wake()
        else reject(new HubError('overloaded', { retry_after: 1 }))
      })
    },
    async stop() {
      stopping = true
      while (running ?? hurrying) await (running ?? hurrying)
      await options.close()
    },
  }
}

/** The lane of ingestion: what a request says goes into the record, and nothing else. */
export function commitLane(options: Persistence & { log: Log; express: LaneConnection }): CommitLane {
  const express = { ...options, connection: options.express, encoders: new Map() }
  return groupLane({
    name: 'ingest',
    persist: async (jobs) => countItems(options.log, jobs, await persistGroup(options, jobs)),
    express: async (jobs) => countItems(options.log, jobs, await persistGroup(express, jobs)),
    close: () => Promise.all([options.connection.stop(), options.express.stop()]),
    clock: options.clock,
    log: options.log,
  })
}
