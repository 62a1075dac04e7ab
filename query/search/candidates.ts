import type postgres from 'postgres'
import { unitAt, unitCount, type Unit } from '#shared/search/segment.ts'
import type { SearchTerm } from '#shared/search/term.ts'
import { tokensOfTerm } from '#shared/search/tokens-of-term.ts'
import { HEADER_ORDINAL } from '#shared/store/sources.ts'
import { candidatesIn, type Head, type SegmentMemory } from './segment-memory.ts'

/** Where a search stands: newest first, so what comes next lies before. */
export type Place = { log_id: string; ordinal: number }

type Asked = { project_no: number; terms: SearchTerm[]; position: Place | null; oldest_log: string }

const LAST_LOG = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const FIRST_GROUP = 4
const GROWTH = 8
const MOST_GROUP = 128
const NO_UNIT: Unit = { log_id: '', first: 0, count: 0, retold: true }
const TAIL_PAGE = 200

/** From the newest unit to the oldest. */
const byPlace = (a: Unit, b: Unit) => (a.log_id < b.log_id ? 1 : a.log_id > b.log_id ? -1 : b.first - a.first)

/** Units that may have it, of bodies that no segment knows yet: all of them. */
async function* ofTail(
  sql: postgres.ISql,
  { project_no, position, oldest_log }: Asked,
): AsyncGenerator<Unit> {
  let before = position?.log_id ?? LAST_LOG
  for (let is_first = true; ; is_first = false) {
    const rows = await sql<{ log_id: string }[]>`
      select distinct log_id from search_queue
      where project_no = ${project_no} and log_id >= ${oldest_log}
        and ${is_first ? sql`log_id <= ${before}` : sql`log_id < ${before}`}
      order by log_id desc limit ${TAIL_PAGE}`
    for (const { log_id } of rows) yield { log_id, first: HEADER_ORDINAL, count: Infinity, retold: true }
    const last = rows.at(-1)
    if (!last || rows.length < TAIL_PAGE) return
    before = last.log_id
  }
}

/** Some units of a segment, read one after the other from the newest. */
type Cursor = { units: Uint8Array; numbers: Uint32Array | null; left: number; unit: Unit }

const numberAt = ({ numbers }: Pick<Cursor, 'numbers'>, index: number): number =>
  numbers ? (numbers[index] ?? 0) : index

/** Goes on to the next unit; false when there is none. */
function advance(cursor: Cursor): boolean {
  if (cursor.left === 0) return false
  cursor.left--
  cursor.unit = unitAt(cursor.units, numberAt(cursor, cursor.left))
  return true
}

/** A cursor before all units that begin at a place or after it; null when there are none. */
function cursorOf(units: Uint8Array, numbers: Uint32Array | null, position: Place | null): Cursor | null {
  let low = 0
  let high = numbers ? numbers.length : unitCount(units)
  const all = high
  const isPast = ({ log_id, first }: Unit) =>
    position !== null &&
    (log_id > position.log_id || (log_id === position.log_id && first >= position.ordinal))
  while (position && low < high) {
    const middle = (low + high) >> 1
    if (isPast(unitAt(units, numberAt({ numbers }, middle)))) high = middle
    else low = middle + 1
  }
  const cursor: Cursor = { units, numbers, left: position ? low : all, unit: NO_UNIT }
  return advance(cursor) ? cursor : null
}

/** Units that may have it, of the segments; those of the newest segments are looked up first, then of more at a time. */
async function* ofSegments(sql: postgres.ISql, memory: SegmentMemory, asked: Asked): AsyncGenerator<Unit> {
  const { project_no, terms, position, oldest_log } = asked
  const ranges = terms.filter(({ negated }) => !negated).flatMap(tokensOfTerm)
  const heads = await sql<Head[]>`
    select segment_id, first_log, last_log, bytes from search_segments
    where project_no = ${project_no} and last_log >= ${oldest_log}
      and first_log <= ${position?.log_id ?? LAST_LOG}
    order by last_log desc`
  let cursors: Cursor[] = []
  let at = 0
  let size = FIRST_GROUP
  async function open(): Promise<void> {
    const group = heads.slice(at, at + size)
    at += group.length
    size = Math.min(size * GROWTH, MOST_GROUP)
    const tables = await memory.tablesOf(sql, project_no, group)
    const found = await candidatesIn(sql, project_no, group, tables, ranges)
    for (const [segment_id, numbers] of found) {
      const cursor = cursorOf(tables.get(segment_id)?.units ?? new Uint8Array(), numbers, position)
      if (cursor) cursors.push(cursor)
    }
  }
  for (;;) {
    const newest = cursors.reduce<Cursor | null>(
      (best, one) => (best && byPlace(best.unit, one.unit) <= 0 ? best : one),
      null,
    )
    const next = heads[at]
    // What lies in segments that were not looked at may be newer.
    if (next && (!newest || next.last_log >= newest.unit.log_id)) await open()
    else if (!newest) return
    else {
      yield newest.unit
      if (!advance(newest)) cursors = cursors.filter((cursor) => cursor !== newest)
    }
  }
}

/** Two streams of units as one, newest first. */
async function* merged(a: AsyncGenerator<Unit>, b: AsyncGenerator<Unit>): AsyncGenerator<Unit> {
  let [one, other] = [await a.next(), await b.next()]
  while (!one.done || !other.done) {
    if (other.done || (!one.done && byPlace(one.value, other.value) <= 0)) {
      if (!one.done) yield one.value
      one = await a.next()
    } else {
      yield other.value
      other = await b.next()
    }
  }
}

/**
 * Every unit in which the terms of a search may stand, newest first, from a place on. The caller's transaction sees one
 * moment, in which a body is in the queue or in a segment.
 */
export async function* candidates(
  sql: postgres.ISql,
  memory: SegmentMemory,
  asked: Asked,
): AsyncGenerator<Unit> {
  const { position, oldest_log } = asked
  for await (const unit of merged(ofTail(sql, asked), ofSegments(sql, memory, asked))) {
    if (unit.log_id < oldest_log) return
    if (position && unit.log_id > position.log_id) continue
    if (position && unit.log_id === position.log_id && unit.first >= position.ordinal) continue
    yield unit
  }
}
