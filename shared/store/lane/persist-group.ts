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
}

/** Commits a group; the whole of it again when it lost a race or met a day without its partition. */
export async function persistGroup(persistence: Persistence, jobs: Job[]): Promise<Outcome[]> {
  const items = jobs.reduce((sum, { batch }) => sum + batch.items.length, 0)
  for (let tries = 1; ; tries++) {
    try {
      const entries = await persistence.connection.transact(items, (sql) =>
        commitGroup(sql, jobs, persistence),
      )
      return entries.map(({ outcome }) => outcome)
    } catch (error) {
      if (tries === TRIES || !(isRetryable(error) || isMissingPartition(error))) throw error
      if (isMissingPartition(error)) await persistence.makePartitions()
    }
  }
}
