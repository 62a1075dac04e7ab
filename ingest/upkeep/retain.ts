import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Sql } from '#shared/store/connect.ts'
import { isBusy } from '#shared/store/failure.ts'
import { LOCKS } from '#shared/store/locks.ts'
import { dropDays } from '#shared/store/upkeep/drop-days.ts'
import { expireBodies, forgetExpired, trimOutbox } from '#shared/store/upkeep/expire-bodies.ts'
import { expireTraces } from '#shared/store/upkeep/expire-traces.ts'
import { dayOf } from '#shared/time.ts'
import { readRetention, type Retention } from '../record/retention.ts'
import { forgetSegments } from '../search/forget-segments.ts'
import { readCursor, saveCursor } from './cursor.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Clocks of several hosts differ, so a day is only over for retention an hour after midnight. */
const PAST_MIDNIGHT_MS = HOUR_MS
/** Bodies stay longer than traces, so that whatever a trace was folded from is there until the trace is gone. */
const LOG_DAYS_MORE = 2
const OUTBOX_DAYS = 7
const TRIES = 3
const FIRST = '00000000-0000-0000-0000-000000000000'

/** What a run deleted. */
export type Retained = { traces: number; bodies: number; leaves: string[]; outbox: number }

type Run = {
  /** One time for the whole run: no day may become old between two of its steps. */
  now: number
  sql: Sql
  /** Told after each batch, with the traces deleted so far; true asks to stop there. */
  tick: (traces: number) => boolean
  deleted: Map<number, number>
  stopped: boolean
}

/** The first day that is kept for so many days. */
const cutoffOf = ({ now }: Run, days: number): string =>
  dayOf((now - PAST_MIDNIGHT_MS - days * DAY_MS) * 1000)

const tracesOf = ({ deleted }: Run): number => [...deleted.values()].reduce((sum, one) => sum + one, 0)

async function expireProject(
  run: Run,
  project_no: number,
  before: string,
  with_spans: boolean,
): Promise<void> {
  for (let tries = 1; !run.stopped;) {
    try {
      const count = await run.sql.begin(async (tx) => expireTraces(tx, { project_no, before, with_spans }))
      if (count === 0) return
      run.deleted.set(project_no, (run.deleted.get(project_no) ?? 0) + count)
      run.stopped = run.tick(tracesOf(run))
      tries = 1
    } catch (error) {
      if (!isBusy(error) || tries++ === TRIES) throw error
    }
  }
}

/** Bodies of a project that is kept for a shorter time than others lie in days that stay. */
async function emptyBodies(run: Run, project_no: number, before_day: string): Promise<number> {
  const job = `retain bodies of project ${project_no}`
  const cursor = await readCursor(run.sql, job)
  let after = typeof cursor?.place === 'string' ? cursor.place : FIRST
  let emptied = 0
  while (!run.stopped) {
    const page = await expireBodies(run.sql, project_no, after, before_day)
    if (!page) break
    after = page.last
    emptied += page.bodies
    await saveCursor(run.sql, job, { started_at: new Date(run.now), walked: 0, changed: 0, place: after })
    run.stopped = run.tick(tracesOf(run))
  }
  return emptied
}

async function expireAll(run: Run, { longest, projects }: Retention, done: Retained): Promise<void> {
  for (const [project_no, days] of projects) {
    if (days === null) continue
    const shorter = longest === null || days < longest
    await expireProject(run, project_no, cutoffOf(run, days), shorter)
    const bodies_before = cutoffOf(run, days + LOG_DAYS_MORE)
    if (shorter) done.bodies += await emptyBodies(run, project_no, bodies_before)
    if (run.stopped) continue
    await forgetExpired(run.sql, project_no, bodies_before)
    await forgetSegments(run.sql, project_no, bodies_before)
  }
}

/** Days in which nothing is kept by anybody; what a lane with an old clock filed there meanwhile goes after them. */
async function dropOldDays(run: Run, { longest, projects }: Retention, done: Retained): Promise<void> {
  if (longest === null || run.stopped) return
  const day = cutoffOf(run, longest)
  const log = cutoffOf(run, longest + LOG_DAYS_MORE)
  done.leaves = await dropDays(run.sql, { spans: day, span_events: day, log })
  if (done.leaves.length === 0) return
  for (const project_no of projects.keys()) await expireProject(run, project_no, day, false)
}

async function audit({ now, sql, deleted }: Run, { bodies, leaves, outbox }: Retained): Promise<void> {
  const deed = { at: new Date(now), actor: 'hub', action: 'record.expired' } as const
  for (const [project_no, traces] of deleted) {
    await writeAudit(sql, { ...deed, project_no, subject: 'traces', detail: { traces } })
  }
  if (leaves.length + bodies + outbox === 0) return
  const detail = { leaves: leaves.length, last_leaf: leaves.at(-1) ?? null, bodies, outbox }
  await writeAudit(sql, { ...deed, project_no: null, subject: 'days', detail })
}

async function work(deps: Deps, sql: Sql, tick: Run['tick']): Promise<Retained> {
  const run: Run = { now: deps.clock(), sql, tick, deleted: new Map(), stopped: false }
  const done: Retained = { traces: 0, bodies: 0, leaves: [], outbox: 0 }
  try {
    const retention = await readRetention(sql, deps.config)
    await expireAll(run, retention, done)
    await dropOldDays(run, retention, done)
    done.outbox = await trimOutbox(sql, new Date(run.now - OUTBOX_DAYS * DAY_MS))
  } finally {
    // What a run deleted before it failed is in the audit as well.
    await audit(run, done)
  }
  return { ...done, traces: tracesOf(run) }
}

/**
 * Deletes what is older than its project keeps it. Null when another process is at it. `tick` hears of each batch and
 * may ask to stop; the next run goes on.
 */
export async function retain(deps: Deps, tick: Run['tick'] = () => false): Promise<Retained | null> {
  const sql = deps.database.dedicated('retain')
  try {
    await sql`set lock_timeout = '10s'`
    const [lock] = await sql<[{ held: boolean }]>`select pg_try_advisory_lock(${LOCKS.retain}) held`
    return lock.held ? await work(deps, sql, tick) : null
  } finally {
    await sql.end({ timeout: 1 })
  }
}
