import type postgres from 'postgres'
import { sliceOf, unitCount, type Slice } from '#shared/search/segment.ts'
import { TokenWalk, unitsOf } from '#shared/search/read-segment.ts'
import type { TokenRange } from '#shared/search/tokens.ts'
import { arrayLiteral } from '#shared/store/array-literal.ts'

/** A segment as it is listed: what must be known to read it in slices. */
export type Head = { segment_id: string; first_log: string; last_log: string; bytes: number }
type Tables = { units: Uint8Array; sparse: Uint8Array }

const NO_TABLES: Tables = { units: new Uint8Array(), sparse: new Uint8Array() }

/** A beginning that very many words have narrows nothing down that reading so much would be worth. */
const MOST_SLICE_BYTES = 512 * 1024

/** Segments never change, so their tables stay in memory, up to so many bytes; the blocks are read in slices. */
export type SegmentMemory = {
  tablesOf(sql: postgres.ISql, project_no: number, heads: Head[]): Promise<Map<string, Tables>>
}

export function segmentMemory(capacity_bytes: number): SegmentMemory {
  const kept = new Map<string, Tables>()
  let held = 0
  const sizeOf = ({ units, sparse }: Tables) => units.length + sparse.length
  function keep(segment_id: string, tables: Tables) {
    kept.set(segment_id, tables)
    held += sizeOf(tables)
    for (const [oldest, old] of kept) {
      if (held <= capacity_bytes) break
      kept.delete(oldest)
      held -= sizeOf(old)
    }
  }
  return {
    async tablesOf(sql, project_no, heads) {
      const found = new Map<string, Tables>()
      for (const { segment_id } of heads) {
        const tables = kept.get(segment_id)
        if (!tables) continue
        kept.delete(segment_id)
        kept.set(segment_id, tables)
        found.set(segment_id, tables)
      }
      const missing = heads.filter(({ segment_id }) => !found.has(segment_id))
      if (missing.length === 0) return found
      const rows = await sql<(Tables & { segment_id: string })[]>`
        select segment_id, unit_table units, sparse from search_segments
        where project_no = ${project_no}
          and segment_id = any(${arrayLiteral(missing.map(({ segment_id }) => segment_id))}::text::uuid[])`
      for (const { segment_id, ...tables } of rows) {
        found.set(segment_id, tables)
        keep(segment_id, tables)
      }
      return found
    },
  }
}

type Wanted = { segment_id: string; range: TokenRange; slice: Slice | null; bytes: Uint8Array }

/** The bytes of many slices, in the order of asking. */
async function readSlices(sql: postgres.ISql, project_no: number, wanted: Wanted[]): Promise<void> {
  const asked = wanted.filter(({ slice }) => slice !== null)
  if (asked.length === 0) return
  const rows = await sql<{ n: number; bytes: Uint8Array }[]>`
    select x.n::int, substring(s.blocks from x.at + 1 for x.length) bytes
    from unnest(${arrayLiteral(asked.map((one) => one.segment_id))}::text::uuid[],
      ${arrayLiteral(asked.map(({ slice }) => slice?.from ?? 0))}::text::int[],
      ${arrayLiteral(asked.map(({ slice }) => (slice ? slice.to - slice.from : 0)))}::text::int[])
      with ordinality x(segment_id, at, length, n)
    join search_segments s on s.segment_id = x.segment_id
    where s.project_no = ${project_no}`
  for (const { n, bytes } of rows) {
    const one = asked[n - 1]
    if (one) one.bytes = bytes
  }
}

/** What stands in both of two lists that rise. */
function both(a: Uint32Array, b: Uint32Array): Uint32Array {
  const common = new Uint32Array(Math.min(a.length, b.length))
  let count = 0
  let other = 0
  for (const unit of a) {
    while (other < b.length && (b[other] ?? 0) < unit) other++
    if (b[other] === unit) common[count++] = unit
  }
  return common.subarray(0, count)
}

/**
 * The numbers of the units of some segments that have a token of each range, rising; null where nothing narrows them down.
 * Units of which a range knows nothing are out.
 */
export async function candidatesIn(
  sql: postgres.ISql,
  project_no: number,
  heads: Head[],
  tables: Map<string, Tables>,
  ranges: TokenRange[],
): Promise<Map<string, Uint32Array | null>> {
  const tablesOf = (segment_id: string) => tables.get(segment_id) ?? NO_TABLES
  const wanted = heads.flatMap(({ segment_id, bytes }) =>
    ranges.map((range) => ({
      ...{ segment_id, range, bytes: new Uint8Array() },
      slice: sliceOf(tablesOf(segment_id).sparse, bytes, range),
    })),
  )
  // Where one of them is nowhere, nothing has all.
  const without = new Set(wanted.filter(({ slice }) => slice === null).map(({ segment_id }) => segment_id))
  const read = wanted.filter(
    ({ segment_id, slice }) => slice && !without.has(segment_id) && slice.to - slice.from <= MOST_SLICE_BYTES,
  )
  await readSlices(sql, project_no, read)
  const found = new Map<string, Uint32Array | null>(
    heads.map(({ segment_id }) => [segment_id, without.has(segment_id) ? new Uint32Array() : null]),
  )
  for (const { segment_id, range, slice, bytes } of read) {
    const before = found.get(segment_id)
    if (!slice || before?.length === 0) continue
    const { units, sparse } = tablesOf(segment_id)
    const total = unitCount(units)
    const numbers = unitsOf(new TokenWalk(sparse, bytes, slice, total), range, total)
    found.set(segment_id, before ? both(before, numbers) : numbers)
  }
  return found
}
