import { call } from '#shared/http/call.ts'
import { createProject, rotateKey } from '#shared/contract/projects.ts'
import type { Deps } from '#shared/service.ts'
import { isBusy } from '#shared/store/failure.ts'
import { keepPartitions } from '../../ingest/record/keep-partitions.ts'
import { retain } from '../../ingest/upkeep/retain.ts'
import { checkRound } from './check.ts'
import { startWriters } from './processes.ts'
import { makeRound, oldTrace } from './sayings.ts'
import { sendAll, type Met } from './send.ts'

const ADMIN = { 'x-api-key': 'dev-key' }
const PROCESSES = 4
/** Retention drops what is older; the processes go on filing what is younger than their own horizon. */
const KEPT_DAYS = 4
const OLDEST = 12

/** What a run did, and all that was wrong; retries are requests that were told to come again. */
export type Contention = Met & {
  rounds: number
  spans: number
  dropped: number
  deadlocks: number
  rollbacks: number
  log: string
  exits: number[]
}

/** Drops the days that the processes write to, and makes them again, until told to stop. */
async function churn(deps: Deps, met: Met & { dropped: number }, stopped: () => boolean): Promise<void> {
  const short = { ...deps, config: { ...deps.config, retention_days: KEPT_DAYS } }
  while (!stopped()) {
    try {
      const done = await retain(short)
      met.dropped += done?.leaves.length ?? 0
      const partitions = await keepPartitions(deps)
      partitions.stop()
    } catch (error) {
      if (!isBusy(error)) met.wrong.push(`retention or partitions: ${String(error)}`)
      else met.retries++
    }
    await Bun.sleep(200)
  }
}

/** Old traces at all processes, on the days that are being dropped. */
async function writeOld(urls: string[], key: string, met: Met, stopped: () => boolean): Promise<void> {
  while (!stopped()) {
    const days = Array.from({ length: 8 }, (_, index) => KEPT_DAYS + 1 + (index % (OLDEST - KEPT_DAYS)))
    await sendAll(urls, key, days.map(oldTrace), met, 4)
  }
}

async function projectAt(url: string) {
  const { id } = await call(
    fetch,
    url,
    createProject,
    { body: { name: `contention ${crypto.randomUUID()}` } },
    ADMIN,
  )
  const { api_key } = await call(fetch, url, rotateKey, { params: { project_id: id } }, ADMIN)
  return { id, key: api_key }
}

/** Four processes write to one hot trace and its neighbours, round after round, while days come and go under them. */
export async function contend(
  deps: Deps,
  more: (rounds: number) => boolean,
  tell: (done: Contention) => void = () => {},
): Promise<Contention> {
  const { sql } = deps.database
  const writers = await startWriters(deps.config.database_url ?? '', PROCESSES)
  const done: Contention = {
    ...{
      acknowledged: 0,
      retries: 0,
      wrong: [],
      rounds: 0,
      spans: 0,
      dropped: 0,
      deadlocks: 0,
      rollbacks: 0,
    },
    ...{ log: '', exits: [] },
  }
  let stopped = false
  const old = await projectAt(writers.urls[0] ?? '')
  const aside = Promise.all([
    churn(deps, done, () => stopped),
    writeOld(writers.urls, old.key, done, () => stopped),
  ])
  try {
    while (more(done.rounds) && done.wrong.length === 0) {
      const { id, key } = await projectAt(writers.urls[0] ?? '')
      const round = makeRound()
      await sendAll(writers.urls, key, round.requests, done)
      done.wrong.push(...(await checkRound(deps, id, round)))
      done.rounds++
      for (const spans of round.traces.values()) done.spans += spans.size
      tell(done)
    }
  } finally {
    stopped = true
    await aside
    done.exits = await writers.stop()
  }
  const [stats] = await sql<[{ deadlocks: number; rollbacks: number }]>`
    select deadlocks::int, xact_rollback::int rollbacks from pg_stat_database where datname = current_database()`
  return { ...done, ...stats, log: writers.log() }
}
