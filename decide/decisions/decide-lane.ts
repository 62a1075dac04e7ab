import type postgres from 'postgres'
import { catalogue } from '#shared/price.ts'
import type { News } from '#shared/events.ts'
import { shownId } from '#shared/ids.ts'
import { registryOf } from '#shared/metrics/registry.ts'
import { isAction } from '#shared/policy/actions.ts'
import type { Deps } from '#shared/service.ts'
import { announce } from '#shared/store/announce.ts'
import { attachDay } from '#shared/store/attach-day.ts'
import { deadline } from '#shared/store/deadline.ts'
import { commitGroup, type Context } from '#shared/store/lane/commit-group.ts'
import { groupLane, type Lane } from '#shared/store/lane/commit-lane.ts'
import type { Job } from '#shared/store/lane/job.ts'
import { laneConnection, type LaneConnection } from '#shared/store/lane/lane-connection.ts'
import { transactGroup } from '#shared/store/lane/persist-group.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { dayOf } from '#shared/time.ts'
import { openCases } from '../cases/open-cases.ts'
import type { DecidedRow } from './decided-row.ts'
import { claimDecisions, spend } from './write-decisions.ts'

const DAY_US = 86_400_000_000
const PATIENCE_MS = 10_000
/** Repeats are told by the decision's key, so the lane hardly ever reads a document back. */
const DOCUMENT_CACHE_BYTES = 1024 * 1024

/** A decision on its way: what the record says of it, and its row. */
type DecideJob = Job & { row: DecidedRow }

/** Whether the decision was written, false when its key had decided before; and the case that it fell into. */
type Written = { is_new: boolean; case_id: string | null }

export type DecideLane = Lane<DecideJob, Written>

/** What the outside hears of a decision. */
function newsOf(row: DecidedRow): News[] {
  const { project_no, decision_id, action, reason_code, severity, rule, policy_name, policy_version } = row
  if (!isAction(action)) return []
  const payload = {
    ...{ decision_id, action, reason_code, severity, rule, policy: policy_name, policy_version },
    trace_id: shownId(row.trace_key, row.id_form, row.trace_id),
    degraded: row.degraded.length > 0,
    degraded_reasons: row.degraded,
  }
  return [{ project_no, event: 'decision.made', payload }]
}

/** One transaction: the keys first, then the record, which locks the traces, then all that hangs on them. */
async function commitDecisions(
  sql: postgres.ISql,
  jobs: DecideJob[],
  context: Context,
): Promise<{ written: Written[]; has_news: boolean }> {
  const rows = await claimDecisions(
    sql,
    jobs.map(({ row }) => row),
  )
  const claimed = new Set(rows)
  let cases: ReadonlyMap<string, string> = new Map()
  let has_news = false
  if (rows.length > 0) {
    const now = new Date(context.clock())
    const committed = await commitGroup(
      sql,
      jobs.filter(({ row }) => claimed.has(row)),
      context,
    )
    await spend(sql, rows)
    cases = await openCases(sql, rows, now)
    const is_told = await announce(sql, rows.flatMap(newsOf), now)
    has_news = committed.has_news || is_told || cases.size > 0
  }
  const written = jobs.map(({ row }) => ({
    is_new: claimed.has(row),
    case_id: cases.get(row.decision_id) ?? null,
  }))
  return { written, has_news }
}

/** The days that decisions are filed under, should they come before ingestion has made them. */
async function makeDays({ database, clock }: Deps): Promise<void> {
  const own = database.dedicated('partitions')
  const day = (offset: number) => dayOf(clock() * 1000 + offset * DAY_US)
  try {
    const work = own.begin(async (sql) => {
      await sql`select pg_advisory_xact_lock(hashtext('hub.partitions'))`
      for (const offset of [0, 1]) await attachDay(sql, day(offset), day(offset + 1))
    })
    await deadline(work, PATIENCE_MS)
  } finally {
    await own.end({ timeout: 1 })
  }
}

/** The way of decisions into the record: a lane of their own, so that no queue of ingestion delays an answer. */
export function decideLane(deps: Deps): DecideLane {
  const { database, clock, log } = deps
  const context = {
    documents: documentReader(DOCUMENT_CACHE_BYTES),
    price: catalogue(),
    // A decision starts now.
    dayFor: (start_time: number) => dayOf(start_time),
    clock,
  }
  const made = registryOf(log).counter('hub_decisions_total', 'Decisions that were stored, by action.')
  const over = (connection: LaneConnection) => {
    const own = { ...context, encoders: new Map() }
    return async (jobs: DecideJob[]) => {
      const { written, has_news } = await transactGroup(
        { connection, makePartitions: () => makeDays(deps) },
        jobs,
        (sql) => commitDecisions(sql, jobs, own),
      )
      if (has_news) deps.bus.publish('outbox.ready.v1', {})
      jobs.forEach(({ row }, at) => {
        if (written[at]?.is_new) made({ action: row.action, degraded: String(row.degraded.length > 0) }).add()
      })
      return written
    }
  }
  const connections = [laneConnection(database), laneConnection(database)] as const
  return groupLane({
    name: 'decide',
    persist: over(connections[0]),
    express: over(connections[1]),
    close: () => Promise.all(connections.map((connection) => connection.stop())),
    clock,
    log,
  })
}
