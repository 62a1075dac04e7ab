import { arrayLiteral } from '#shared/store/array-literal.ts'
import type { Transaction } from '#shared/store/connect.ts'
import {
  addSpans,
  countSpans,
  spanCounts,
  type CountedSpans,
  type Piece,
} from '#shared/store/rollups/count-rows.ts'
import { mergeSpans, type SpanFigures } from '#shared/store/rollups/figures.ts'
import { writeTime } from '#shared/time.ts'

/** Traces that are remembered, at a few hundred bytes each. */
const MOST_KEPT = 20_000
/** More traces than this in the pieces are counted in one sum: it would take longer to count each for itself. */
const MOST_EACH = 2000

type Days = { first_day: string | null; last_day: string | null }

type Found = { trace_no: string; version: string; trace_day: string }

type Kept = { version: string; counts: CountedSpans[] }

/** Adds up spans of the traces that started in some pieces, and remembers each trace's counts until its version rises. */
export type SpanMemory = (
  sql: Transaction,
  project_no: number,
  pieces: Piece[],
  sum: SpanFigures,
) => Promise<void>

async function findTraces(sql: Transaction, project_no: number, pieces: Piece[]): Promise<Found[]> {
  const since = arrayLiteral(pieces.map((piece) => writeTime(piece.since)))
  const until = arrayLiteral(pieces.map((piece) => writeTime(piece.until)))
  return sql<Found[]>`
    select t.trace_no::text, t.version::text, t.trace_day::text
    from unnest(${since}::text::timestamptz[], ${until}::text::timestamptz[]) p(since, until)
    cross join lateral (
      select trace_no, version, trace_day from traces t
      where t.project_no = ${project_no} and t.start_time >= p.since and t.start_time < p.until
      offset 0) t
    limit ${MOST_EACH + 1}`
}

async function daysOf(sql: Transaction, project_no: number, pieces: Piece[]): Promise<Days> {
  const since = Math.min(...pieces.map((piece) => piece.since))
  const until = Math.max(...pieces.map((piece) => piece.until))
  const [days] = await sql<[Days]>`
    select min(trace_day)::text first_day, max(trace_day)::text last_day from traces
    where project_no = ${project_no} and start_time >= ${writeTime(since)}::text::timestamptz
      and start_time < ${writeTime(until)}::text::timestamptz`
  return days
}

/** Counts the spans of each of some traces, again one range of an index each (see countSpans). */
async function countEach(sql: Transaction, project_no: number, traces: Found[]) {
  const days = traces.map(({ trace_day }) => trace_day).toSorted()
  const numbers = arrayLiteral(traces.map(({ trace_no }) => trace_no))
  const own_days = arrayLiteral(traces.map(({ trace_day }) => trace_day))
  return sql<(CountedSpans & { trace_no: string })[]>`
    select t.trace_no::text, ${spanCounts(sql)}
    from unnest(${numbers}::text::bigint[], ${own_days}::text::date[]) t(trace_no, trace_day)
    cross join lateral (
      select * from spans s
      where s.project_no = ${project_no} and s.trace_no = t.trace_no and s.trace_day = t.trace_day
        and s.trace_day between ${days.at(0) ?? null}::date and ${days.at(-1) ?? null}::date
      offset 0) s
    group by grouping sets ((t.trace_no, coalesce(s.span_type, 'span')), (t.trace_no, s.model))`
}

/** A memory for all projects; the traces that were not asked for longest are forgotten first. */
export function spanMemory(): SpanMemory {
  const kept = new Map<string, Kept>()

  function keep(trace_no: string, own: Kept): void {
    kept.delete(trace_no)
    kept.set(trace_no, own)
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
  }

  return async (sql, project_no, pieces, sum) => {
    if (pieces.length === 0) return
    const traces = await findTraces(sql, project_no, pieces)
    if (traces.length > MOST_EACH) {
      const days = await daysOf(sql, project_no, pieces)
      mergeSpans(sum, await countSpans(sql, project_no, pieces, days))
      return
    }
    const missing = new Map<string, CountedSpans[]>()
    const known = traces.map(({ trace_no, version }): Kept => {
      const own = kept.get(trace_no)
      if (own?.version === version) return own
      const counts: CountedSpans[] = []
      missing.set(trace_no, counts)
      return { version, counts }
    })
    if (missing.size > 0) {
      const asked = traces.filter(({ trace_no }) => missing.has(trace_no))
      for (const row of await countEach(sql, project_no, asked)) missing.get(row.trace_no)?.push(row)
    }
    for (const [index, own] of known.entries()) {
      keep(traces[index]?.trace_no ?? '', own)
      for (const counted of own.counts) addSpans(sum, counted)
    }
  }
}
