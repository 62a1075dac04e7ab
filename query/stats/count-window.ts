import { RUNNING } from '#shared/schema/status.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { countTraces, type Piece } from '#shared/store/rollups/count-rows.ts'
import {
  addTraces,
  noSpans,
  noTraces,
  type SpanFigures,
  type TraceFigures,
} from '#shared/store/rollups/figures.ts'
import { writeTime } from '#shared/time.ts'
import { addRolledSpans, addRollup, readRollups } from './read-rollups.ts'
import { mayGoOnRow } from '../traces/show-trace.ts'
import type { Window } from './read-window.ts'
import type { SpanMemory } from './span-memory.ts'

const HOUR_US = 3_600_000_000

/** A bucket's part of the window, and its traces. */
export type Bucket = Piece & { figures: TraceFigures }

type Counted = {
  buckets: Bucket[]
  /** Of the whole window. */
  traces: TraceFigures
  /** Of the whole window; without any when they were not asked for. */
  spans: SpanFigures
}

/** Cuts a window at the multiples of a length. */
function cut({ since, until, width }: Window): Piece[] {
  const pieces: Piece[] = []
  for (let edge = Math.floor(since / width) * width; edge < until; edge += width) {
    pieces.push({ since: Math.max(since, edge), until: Math.min(until, edge + width) })
  }
  return pieces
}

/** The hours that lie in the window as a whole. */
const wholeHours = ({ since, until }: Window): Piece => ({
  since: Math.ceil(since / HOUR_US) * HOUR_US,
  until: Math.floor(until / HOUR_US) * HOUR_US,
})

/**
 * Counts the traces that started in a window, in the caller's snapshot. Whole hours that have not changed since they were
 * rolled up are read from there; the ends of the window and hours with a mark are counted from their rows, and so are all
 * buckets shorter than an hour. Either way the counts are exact. Spans are counted only where a memory for them is given.
 */
export async function countWindow(
  sql: Transaction,
  project_no: number,
  window: Window,
  memory: SpanMemory | null,
): Promise<Counted> {
  const whole = wholeHours(window)
  const with_spans = memory !== null
  const hours = { project_no, since: whole.since, until: Math.max(whole.since, whole.until), with_spans }
  const buckets = cut(window).map((piece): Bucket => ({ ...piece, figures: noTraces() }))
  const first = Math.floor(window.since / window.width)
  const sumAt = (at: number): TraceFigures => {
    const bucket = buckets[Math.floor(at / window.width) - first]
    if (!bucket) throw new RangeError('a piece of a window lies outside it')
    return bucket.figures
  }
  const spans = noSpans()

  async function count(pieces: Piece[], spans_of: Piece[]): Promise<void> {
    const [{ figures }] = await Promise.all([
      countTraces(sql, project_no, pieces),
      memory?.(sql, project_no, spans_of, spans),
    ])
    for (const [index, { since }] of pieces.entries()) addTraces(sumAt(since), figures[index] ?? noTraces())
  }

  // One bucket is as long as the window, whatever its width: it is made of whole hours and the two ends.
  const is_fine = buckets.length > 1 && window.width % HOUR_US !== 0
  const all = cut({ ...window, width: HOUR_US })
  const ends = all.filter(({ since, until }) => until - since < HOUR_US)
  const [{ rollups, marked }] = await Promise.all([
    readRollups(sql, hours),
    count(is_fine ? buckets : ends, ends),
  ])
  const late = all.filter(({ since, until }) => until - since === HOUR_US && marked.has(since))
  if (late.length > 0) await count(is_fine ? [] : late, late)
  for (const rollup of rollups) {
    if (!is_fine) addRollup(sumAt(rollup.hour), rollup)
    addRolledSpans(spans, rollup)
  }
  const traces = noTraces()
  for (const { figures } of buckets) addTraces(traces, figures)
  return { buckets, traces, spans }
}

/** Running traces of a window with open spans of which nothing was heard since a time. */
export async function countStale(
  sql: Transaction,
  project_no: number,
  { since, until }: Piece,
  quiet_since: number,
): Promise<number> {
  const [row] = await sql<[{ stale: number }]>`
    select count(*)::float8 stale from traces
    where project_no = ${project_no} and status = ${RUNNING}
      and start_time >= ${writeTime(since)}::text::timestamptz and start_time < ${writeTime(until)}::text::timestamptz
      and ${mayGoOnRow(sql)} and updated_at < ${writeTime(quiet_since)}::text::timestamptz`
  return row.stale
}
