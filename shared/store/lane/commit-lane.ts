import { HubError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { isDataFault } from '../failure.ts'
import { fairQueue } from './fair-queue.ts'
import type { Job, Outcome } from './job.ts'
import { persistGroup, type Persistence } from './persist-group.ts'

const GROUP_REQUESTS = 64
const GROUP_BYTES = 4 * 1024 * 1024
const QUEUE_BYTES = 48 * 1024 * 1024
const QUEUE_MS = 10_000

type Waiting = Job & { since: number; resolve: (outcome: Outcome) => void; reject: (error: unknown) => void }

/** The way into the record: requests that wait together are committed as one transaction. */
export type CommitLane = {
  /** Resolves once the request is committed; rejects with the HubError that its sender gets. */
  commit(job: Job): Promise<Outcome>
  /** Commits what waits, then takes nothing more. */
  stop(): Promise<void>
}

/** Commits a group and tells each request what became of it; a fault of the data is its own request's alone. */
async function flush(persistence: Persistence, jobs: Waiting[]): Promise<void> {
  try {
    const outcomes = await persistGroup(persistence, jobs)
    jobs.forEach((job, index) => {
      const outcome = outcomes[index]
      if (outcome) job.resolve(outcome)
    })
  } catch (error) {
    if (isDataFault(error) && jobs.length > 1) for (const job of jobs) await flush(persistence, [job])
    else for (const job of jobs) job.reject(answerTo(error))
  }
}

/** What fails here is the hub's trouble, not the sender's: 503, since clients drop their data on 500. */
function answerTo(cause: unknown): HubError {
  if (isDataFault(cause)) return new HubError('internal_error', { cause })
  return new HubError('storage_unavailable', { cause, retry_after: 1 })
}

/** One lane a process: while a group is under way, what arrives waits and becomes the next group. */
export function commitLane(options: Persistence & { log: Log }): CommitLane {
  const queue = fairQueue<Waiting>(QUEUE_BYTES)
  let stopping = false
  let running: Promise<void> | null = null

  /** What waits next; who has waited too long is told to come again. */
  function take(): Waiting[] {
    const oldest = options.clock() - QUEUE_MS
    const jobs = queue.take(GROUP_REQUESTS, GROUP_BYTES)
    for (const job of jobs) {
      if (job.since < oldest) job.reject(new HubError('storage_unavailable', { retry_after: 1 }))
    }
    return jobs.filter(({ since }) => since >= oldest)
  }

  async function drain(): Promise<void> {
    while (!queue.isEmpty()) {
      const jobs = take()
      if (jobs.length > 0) await flush(options, jobs)
    }
  }

  function wake() {
    running ??= drain()
      .catch((cause: unknown) => options.log.error('the commit lane stopped', {}, cause))
      .finally(() => {
        running = null
        if (!queue.isEmpty()) wake()
      })
  }

  return {
    commit(job) {
      if (stopping) return Promise.reject(new HubError('starting', { retry_after: 1 }))
      return new Promise((resolve, reject) => {
        const admitted = queue.push({ ...job, since: options.clock(), resolve, reject })
        if (admitted) wake()
        else reject(new HubError('overloaded', { retry_after: 1 }))
      })
    },
    async stop() {
      stopping = true
      while (running) await running
      await options.connection.stop()
    },
  }
}
