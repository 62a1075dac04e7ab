import type { Sql } from '#shared/store/connect.ts'
import { firstLogIdOf } from '#shared/store/log-id.ts'
import { lockIndex } from './index-bodies.ts'

/**
 * Deletes what the index of a project has of bodies that were received before a day: they are gone. The next run does it
 * when somebody is changing the index just now.
 */
export const forgetSegments = async (sql: Sql, project_no: number, before_day: string): Promise<void> =>
  sql.begin(async (tx) => {
    if (!(await lockIndex(tx, project_no, false))) return
    const before = firstLogIdOf(before_day)
    await tx`delete from search_segments where project_no = ${project_no} and last_log < ${before}`
    await tx`delete from search_queue where project_no = ${project_no} and log_id < ${before}`
  })
