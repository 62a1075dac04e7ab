import { catalogue } from '#shared/price.ts'
import { protocolOf } from '#shared/protocol/index.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Sql } from '#shared/store/connect.ts'
import { isBusy } from '#shared/store/failure.ts'
import { laneConnection, type LaneConnection } from '#shared/store/lane/lane-connection.ts'
import { LOCKS } from '#shared/store/locks.ts'
import { TraceVanished } from '#shared/store/lane/read-known.ts'
import { documentReader, UnreadableBody } from '#shared/store/read-documents.ts'
import { rebuildTraces, type Rebuilding, type Rebuilt } from '#shared/store/upkeep/rebuild-traces.ts'
import { dropCursor, readCursor, saveCursor, type Cursor } from './cursor.ts'
import { countTraces, START, walkTraces, type Part, type Place, type WalkedTrace } from './walk-traces.ts'

const CACHE_BYTES = 32 * 1024 * 1024
const BATCH_TRACES = 25
const BATCH_SPANS = 2000
const TRIES = 5
const PAUSE_MS = 200

/** What a run came to; `since` is when it began, in the case that it went on with one that was cut off. */
export type Reprojected = { walked: number; changed: number; incomplete: number; since: Date | null }

type Options = Part & {
  /** Begins anew where a run was cut off, instead of going on with it. */
  restart?: boolean
  /** By which protocols the log is read. */
  protocols?: typeof protocolOf
  /** Hears how many traces of how many are done. */
  hear?: (done: number, all: number) => void
  /** Asked after each page whether to stop there. */
  stopping?: () => boolean
}

/** A trace can have been deleted meanwhile. */
type Outcome = Rebuilt | 'gone'

const jobOf = ({ project_id, day }: Part) => `reproject ${project_id ?? 'all'} ${day ?? 'all'}`

/** A place that an earlier run of this very job wrote. */
const placeOf = (cursor: Cursor | null): Place => (cursor ? (cursor.place as Place) : START)

/** Traces that are locked and rebuilt together: few, so that a writer does not wait for long. */
function* batchesOf(page: WalkedTrace[]): Generator<WalkedTrace[]> {
  let batch: WalkedTrace[] = []
  let spans = 0
  for (const trace of page) {
    const fits = batch.length < BATCH_TRACES && spans + trace.total_spans <= BATCH_SPANS
    if (batch.length > 0 && !(fits && batch[0]?.trace_day === trace.trace_day)) {
      yield batch
      batch = []
      spans = 0
    }
    batch.push(trace)
    spans += trace.total_spans
  }
  if (batch.length > 0) yield batch
}

async function attempt(
  lane: LaneConnection,
  traces: WalkedTrace[],
  rebuilding: Rebuilding,
): Promise<Outcome[]> {
  const [first] = traces
  if (!first) return []
  const { project_no, trace_day } = first
  const trace_keys = traces.map(({ trace_key }) => trace_key).toSorted((a, b) => (a < b ? -1 : 1))
  try {
    const batch = { project_no, trace_day, trace_keys }
    const spans = traces.reduce((sum, { total_spans }) => sum + total_spans, 0)
    return await lane.transact(spans, async (sql) => rebuildTraces(sql, batch, rebuilding))
  } catch (error) {
    const outcome =
      error instanceof TraceVanished ? 'gone' : error instanceof UnreadableBody ? 'incomplete' : null
    if (!outcome) throw error
    if (traces.length === 1) return [outcome]
  }
  // One of them spoils it for the others: each alone.
  const outcomes: Outcome[] = []
  for (const trace of traces) outcomes.push(...(await attempt(lane, [trace], rebuilding)))
  return outcomes
}

/** A lock that somebody else holds for long is waited for a few times. */
async function rebuild(
  lane: LaneConnection,
  traces: WalkedTrace[],
  rebuilding: Rebuilding,
): Promise<Outcome[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(lane, traces, rebuilding)
    } catch (error) {
      if (tries === TRIES || !isBusy(error)) throw error
      await Bun.sleep(PAUSE_MS * tries)
    }
  }
}

async function finish(deps: Deps, sql: Sql, job: string, detail: Omit<Reprojected, 'since'>): Promise<void> {
  await dropCursor(sql, job)
  const deed = { at: new Date(deps.clock()), actor: 'hub', project_no: null, subject: job } as const
  await writeAudit(sql, { ...deed, action: 'record.reprojected', detail })
}

async function walk(deps: Deps, sql: Sql, lane: LaneConnection, options: Options): Promise<Reprojected> {
  const job = jobOf(options)
  const held = options.restart ? null : await readCursor(sql, job)
  const cursor: Cursor = held ?? { started_at: new Date(deps.clock()), walked: 0, changed: 0, place: START }
  const rebuilding: Rebuilding = {
    documents: documentReader(CACHE_BYTES, options.protocols ?? protocolOf),
    price: catalogue(),
    encoders: new Map(),
  }
  const all = cursor.walked + (await countTraces(sql, options, placeOf(held)))
  let incomplete = 0
  let stopped = false
  for await (const page of walkTraces(sql, options, placeOf(held))) {
    for (const batch of batchesOf(page)) {
      const outcomes = await rebuild(lane, batch, rebuilding)
      cursor.walked += outcomes.length
      cursor.changed += outcomes.filter((outcome) => outcome === 'changed').length
      incomplete += outcomes.filter((outcome) => outcome === 'incomplete').length
      options.hear?.(cursor.walked, Math.max(all, cursor.walked))
    }
    const last = page.at(-1)
    if (last) cursor.place = { project_no: last.project_no, day: last.trace_day, trace_no: last.trace_no }
    await saveCursor(sql, job, cursor)
    stopped = options.stopping?.() ?? false
    if (stopped) break
  }
  const { walked, changed } = cursor
  if (!stopped) await finish(deps, sql, job, { walked, changed, incomplete })
  return { walked, changed, incomplete, since: held?.started_at ?? null }
}

/**
 * Rebuilds the rows of traces from the log, a few traces at a time under their locks, beside whoever writes. A run that was
 * cut off goes on where it was; a second run changes nothing. Null when another process is at it.
 */
export async function reproject(deps: Deps, options: Options = {}): Promise<Reprojected | null> {
  const sql = deps.database.dedicated('reproject')
  const lane = laneConnection(deps.database)
  try {
    const [lock] = await sql<[{ held: boolean }]>`select pg_try_advisory_lock(${LOCKS.reproject}) held`
    return lock.held ? await walk(deps, sql, lane, options) : null
  } finally {
    await lane.stop()
    await sql.end({ timeout: 1 })
  }
}
