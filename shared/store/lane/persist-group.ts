import type postgres from 'postgres'
import { isMissingPartition, isRetryable } from '../failure.ts'
import { commitGroup, type Context } from './commit-group.ts'
import type { Job, Outcome } from './job.ts'
import type { LaneConnection } from './lane-connection.ts'

const TRIES = 3

/** What it takes to commit a group. */
export type Persistence = Context & {
  connection: LaneConnection
  /** Called when a partition is missing, before the group is tried again. */
  makePartitions: () => Promise<void>
  /** Called after a commit that has told something to the outside. */
  wake?: () => void
}

/** Runs a group's transaction; the whole of it again when it lost a race or met a day without its partition. */
export async function transactGroup<R>(
  { connection, makePartitions }: Pick<Persistence, 'connection' | 'makePartitions'>,
  jobs: Job[],
  work: (sql: postgres.ISql) => Promise<R>,
): Promise<R> {
  const items = jobs.reduce((sum, { batch }) => sum + batch.items.length, 0)
  for (let tries = 1; ; tries++) {
    try {
      return await connection.transact(items, work)
    } catch (error) {
      if (tries === TRIES || !(isRetryable(error) || isMissingPartition(error))) throw error
      if (isMissingPartition(error)) await makePartitions()
    }
  }
}

/** Commits a group of requests to the record and tells what became of each. */
export async function persistGroup(persistence: Persistence, jobs: Job[]): Promise<Outcome[]> {
  const { entries, has_news } = await transactGroup(persistence, jobs, (sql) =>
    commitGroup(sql, jobs, persistence),
  )
  if (has_news) persistence.wake?.()
  return entries.map(({ outcome }) => outcome)
}
