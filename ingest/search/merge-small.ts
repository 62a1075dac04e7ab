import { mergeSegments } from '#shared/search/merge-segments.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { dayOf } from '#shared/time.ts'
import { lockIndex, type Indexing } from './index-bodies.ts'
import { dayOfLog, dropSegments, readSegments, writeSegment, type SegmentHead } from './segment-rows.ts'
import { slices } from './slices.ts'

/** So many of one size become one of the next; those of the last size stay as they are. */
const FAN_IN = 8
const SIZES = [128, 1024, 8192]
const MOST_UNITS = 32_768

const sizeOf = ({ units }: SegmentHead) => SIZES.findIndex((most) => units <= most)

/** As many of the first ones as fit into one segment. */
function fitting(heads: SegmentHead[]): SegmentHead[] {
  let units = 0
  const past = heads.findIndex((head) => (units += head.units) > MOST_UNITS)
  return past === -1 ? heads : heads.slice(0, past)
}

/** Segments of one day that are to become one; those of a day that is over are all gathered, once nothing more comes. */
function chooseMerge(heads: SegmentHead[], today: string, is_idle: boolean): SegmentHead[] {
  const mergeable = heads.filter((head) => sizeOf(head) !== -1)
  for (const [day, of_day] of Map.groupBy(mergeable, ({ last_log }) => dayOfLog(last_log))) {
    for (const of_size of Map.groupBy(of_day, sizeOf).values())
      if (of_size.length >= FAN_IN) return fitting(of_size.slice(0, FAN_IN))
    const all = fitting(of_day)
    if (is_idle && day < today && all.length > 1) return all
  }
  return []
}

async function merge(sql: Transaction, project_no: number, today: string): Promise<boolean> {
  const heads = await sql<SegmentHead[]>`
    select segment_id, first_log, last_log, units, bytes from search_segments
    where project_no = ${project_no} order by first_log`
  const [queue] = await sql<[{ is_idle: boolean }]>`
    select not exists (select from search_queue where project_no = ${project_no}) is_idle`
  const chosen = chooseMerge(heads, today, queue.is_idle)
  const segment_ids = chosen.map(({ segment_id }) => segment_id)
  if (segment_ids.length < 2) return false
  const merged = await mergeSegments(await readSegments(sql, project_no, segment_ids), slices('polite'))
  await dropSegments(sql, project_no, segment_ids)
  if (merged) await writeSegment(sql, project_no, merged)
  return true
}

/** Merges once what has become many small segments; false when there is nothing to merge, or another process is at it. */
export const mergeSmall = async (
  { database }: Pick<Indexing, 'database'>,
  project_no: number,
  now_ms: number,
): Promise<boolean> =>
  database.sql.begin(async (sql) =>
    (await lockIndex(sql, project_no, false)) ? merge(sql, project_no, dayOf(now_ms * 1000)) : false,
  )
