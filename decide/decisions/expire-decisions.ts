import { repeat } from '#shared/process/repeat.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Sql } from '#shared/store/connect.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** The first run lets a start settle; several processes of one hub hardly begin at the same moment. */
const FIRST_MS = 60_000
const BATCH = 1000

/** Deletes a batch that nobody else is at; gives how many, 0 when none is left. Their judge runs go with them. */
async function expireBatch(sql: Sql, project_no: number, before: Date): Promise<number> {
  const { count } = await sql`
    delete from decisions where project_no = ${project_no} and decision_id in (
      select decision_id from decisions
      where project_no = ${project_no} and created_at < ${before}
      order by created_at limit ${BATCH} for update skip locked)`
  return count
}

/**
 * Deletes the decisions that are older than `HUB_DECISION_DAYS`, a batch at a time; several processes may be at it. Gives
 * how many went.
 */
export async function expireDecisions(deps: Deps, stopping = () => false): Promise<number> {
  const { config, clock, database } = deps
  if (config.decision_days === 0) return 0
  const now = clock()
  const before = new Date(now - config.decision_days * DAY_MS)
  const projects = await database.sql<{ project_no: number }[]>`select project_no from projects order by 1`
  let all = 0
  for (const { project_no } of projects) {
    let decisions = 0
    for (let count = BATCH; count > 0 && !stopping();) {
      count = await expireBatch(database.sql, project_no, before)
      decisions += count
    }
    all += decisions
    if (decisions === 0) continue
    const deed = { at: new Date(now), actor: 'hub', action: 'record.expired', project_no } as const
    await writeAudit(database.sql, { ...deed, subject: 'decisions', detail: { decisions } })
  }
  return all
}

/** Deletes old decisions by itself, every hour. */
export const keepDecisions = (deps: Deps) =>
  repeat(deps.log, {
    first_ms: FIRST_MS + Math.random() * FIRST_MS,
    pause_ms: HOUR_MS,
    failed: 'old decisions were not deleted, trying on',
    async work(stopping) {
      const decisions = await expireDecisions(deps, stopping)
      if (decisions > 0) deps.log.info('decisions that were too old were deleted', { decisions })
    },
  })
