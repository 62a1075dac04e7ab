import { unitAt, unitCount, type Segment } from '#shared/search/segment.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { copyInto } from '#shared/store/copy.ts'
import { CopyEncoder } from '#shared/store/copy-encoder.ts'
import { timeOfLogId } from '#shared/store/log-id.ts'
import { dayOf } from '#shared/time.ts'

/** A segment as lists know it, without its bytes. */
export type SegmentHead = {
  segment_id: string
  first_log: string
  last_log: string
  units: number
  bytes: number
}

export type StoredSegment = Segment & { segment_id: string }

const COLUMNS = [
  ...['segment_id', 'first_log', 'last_log', 'project_no', 'units', 'bytes'],
  ...['unit_table', 'sparse', 'blocks'],
]

/** The day (UTC) of a body; a segment never has bodies of two. */
export const dayOfLog = (log_id: string): string => dayOf(timeOfLogId(log_id))

/** Writes a segment; as COPY, since bytes as a parameter would travel as text. */
export async function writeSegment(sql: Transaction, project_no: number, segment: Segment): Promise<void> {
  const units = unitCount(segment.units)
  const rows = new CopyEncoder()
  rows.row(COLUMNS.length)
  rows.uuid(Bun.randomUUIDv7())
  rows.uuid(unitAt(segment.units, 0).log_id)
  rows.uuid(unitAt(segment.units, units - 1).log_id)
  rows.integer(project_no)
  rows.integer(units)
  rows.integer(segment.blocks.length)
  rows.bytes(segment.units)
  rows.bytes(segment.sparse)
  rows.bytes(segment.blocks)
  await copyInto(sql, 'search_segments', COLUMNS, rows)
}

/** Segments with their bytes, in the order of their bodies. */
export const readSegments = async (sql: Transaction, project_no: number, segment_ids: string[]) => sql<
  StoredSegment[]
>`
  select segment_id, unit_table units, sparse, blocks from search_segments
  where project_no = ${project_no} and segment_id = any(${segment_ids}::uuid[]) order by first_log`

export const dropSegments = async (sql: Transaction, project_no: number, segment_ids: string[]) => sql`
  delete from search_segments
  where project_no = ${project_no} and segment_id = any(${segment_ids}::uuid[])`
