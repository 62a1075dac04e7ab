import { HubError } from '#shared/errors.ts'
import { protocolOf } from '#shared/protocol/index.ts'
import { SegmentBuilder } from '#shared/search/build-segment.ts'
import { mergeSegments } from '#shared/search/merge-segments.ts'
import { unitAt, unitCount } from '#shared/search/segment.ts'
import type { Database, Transaction } from '#shared/store/connect.ts'
import { LOCKS } from '#shared/store/locks.ts'
import { queueForSearch } from '#shared/store/queue-for-search.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { walkBodies, type Body } from '#shared/store/upkeep/walk-bodies.ts'
import { readOthers } from './read-others.ts'
import { addBody, sayingsOf, type Saying } from './read-units.ts'
import { dayOfLog, dropSegments, readSegments, writeSegment } from './segment-rows.ts'
import { slices, type Manner } from './slices.ts'

/** Bodies that one transaction takes: few enough that nobody waits for long, and some megabytes of them. */
export const MOST_BODIES = 128
const MOST_BYTES = 16 * 1024 * 1024

type Claimed = { log_id: string; again: boolean }
export type Indexing = { database: Pick<Database, 'sql'>; documents: DocumentReader }

/** Whether this transaction alone changes the project's index; a statement of its own, so that the next sees all that was done. */
export async function lockIndex(sql: Transaction, project_no: number, waits: boolean): Promise<boolean> {
  if (waits) {
    await sql`select pg_advisory_xact_lock(${LOCKS.search}::int, ${project_no}::int)`
    return true
  }
  const [lock] = await sql<[{ held: boolean }]>`
    select pg_try_advisory_xact_lock(${LOCKS.search}::int, ${project_no}::int) held`
  return lock.held
}

/** Takes bodies from the queue, before they are read: a change that comes later queues them again. */
async function claim(sql: Transaction, project_no: number): Promise<Claimed[]> {
  return await sql<Claimed[]>`
    with heads as (
      select q.log_id, sum(coalesce(l.raw_bytes, 0)) over (order by q.log_id) - coalesce(l.raw_bytes, 0) bytes
      from (select distinct log_id from (
        select log_id from search_queue where project_no = ${project_no} order by log_id limit ${MOST_BODIES}) x) q
      left join lateral (
        select raw_bytes from log where log_id = q.log_id and project_no = ${project_no} offset 0) l on true
    ), taken as (
      delete from search_queue where project_no = ${project_no}
        and log_id in (select log_id from heads where bytes < ${MOST_BYTES})
      returning log_id, again
    )
    select log_id, bool_or(again) again from taken group by 1 order by 1`
}

function read(body: Body): Saying[] {
  if (!body.found) return []
  try {
    return sayingsOf(body.found)
  } catch (error) {
    // A document that the door of today would refuse whole.
    if (error instanceof HubError) return []
    throw error
  }
}

/** Takes bodies out of the segments that have them. */
async function takeOut(
  sql: Transaction,
  project_no: number,
  log_ids: string[],
  give_way: () => Promise<void>,
): Promise<void> {
  const going = new Set(log_ids)
  const heads = await sql<{ segment_id: string }[]>`
    select segment_id from search_segments
    where project_no = ${project_no} and first_log <= ${log_ids.at(-1) ?? ''} and last_log >= ${log_ids[0] ?? ''}`
  for (const { segment_id } of heads) {
    const [segment] = await readSegments(sql, project_no, [segment_id])
    if (!segment) continue
    const count = unitCount(segment.units)
    const holds = Array.from({ length: count }, (_, at) => unitAt(segment.units, at).log_id).some((log_id) =>
      going.has(log_id),
    )
    if (!holds) continue
    const left = await mergeSegments([segment], give_way, (log_id) => going.has(log_id))
    await dropSegments(sql, project_no, [segment_id])
    if (left) await writeSegment(sql, project_no, left)
  }
}

/** What of these bodies is not on its way to the index anyway. */
async function notQueued(sql: Transaction, project_no: number, log_ids: string[]): Promise<string[]> {
  if (log_ids.length === 0) return []
  const rows = await sql<{ log_id: string }[]>`
    select x log_id from unnest(${log_ids}::uuid[]) x where not exists (
      select from search_queue q where q.project_no = ${project_no} and q.log_id = x)`
  return rows.map(({ log_id }) => log_id)
}

/**
 * Folds the next bodies of a project into a segment of each day they are of, in the caller's transaction: whatever ends it,
 * both the queue and the segments change, or neither. Gives how many bodies it took.
 */
async function indexNext(
  sql: Transaction,
  documents: DocumentReader,
  project_no: number,
  manner: Manner,
): Promise<number> {
  const give_way = slices(manner)
  const claimed = await claim(sql, project_no)
  const again = claimed.filter((one) => one.again).map(({ log_id }) => log_id)
  if (again.length > 0) await takeOut(sql, project_no, again, give_way)
  const log_ids = claimed.map(({ log_id }) => log_id)
  const bodies: { log_id: string; sayings: Saying[] }[] = []
  for await (const body of walkBodies(sql, log_ids, protocolOf)) {
    bodies.push({ log_id: body.log_id, sayings: read(body) })
    await give_way()
  }
  const others = await readOthers(sql, documents, project_no, bodies)
  for (const of_day of Map.groupBy(bodies, ({ log_id }) => dayOfLog(log_id)).values()) {
    const builder = new SegmentBuilder()
    for (const { log_id, sayings } of of_day) {
      addBody(builder, log_id, sayings, (saying) => others.of(log_id, saying))
      await give_way()
    }
    const segment = await builder.done(give_way)
    if (segment) await writeSegment(sql, project_no, segment)
  }
  const behind = await notQueued(sql, project_no, others.behind)
  await queueForSearch(
    sql,
    behind.map((log_id) => ({ log_id, project_no })),
    true,
  )
  return claimed.length
}

/** Indexes the next bodies of a project; null when another process is at it. */
export const indexBodies = async (
  { database, documents }: Indexing,
  project_no: number,
): Promise<number | null> =>
  database.sql.begin(async (sql) =>
    (await lockIndex(sql, project_no, false)) ? indexNext(sql, documents, project_no, 'polite') : null,
  )

/** Indexes all that a project has waiting, as an erasure does before it says that it is done. */
export async function catchUp({ database, documents }: Indexing, project_no: number): Promise<void> {
  for (;;) {
    const count = await database.sql.begin(async (sql) => {
      await lockIndex(sql, project_no, true)
      return await indexNext(sql, documents, project_no, 'prompt')
    })
    if (count === 0) return
  }
}
