import type { SpanValues, TraceValues } from '../protocol/saying.ts'
import { byRank, type Source } from '../store/sources.ts'

/**
 * How sayings merge, field by field: the saying of highest rank that says a field gives it its value.
 * Rank is level (start < event < end < amendment), then event time, then key: never the order of arrival.
 */
export const SPAN_FIELDS = [
  'parent_key',
  'name',
  'span_type',
  'status',
  'start_time',
  'end_time',
  'error',
  'model',
  'provider',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'reasoning_tokens',
  'cost_nano',
  'node',
  'input_preview',
  'output_preview',
] as const satisfies readonly (keyof SpanValues)[]

/**
 * The same for a trace's own words; rank is level (running < ended), then event time, then the later receipt.
 * What the trace never said of itself is taken from its root span; a trace that is an object of its own ends with the last
 * span at its top. `user_review_passed`: the latest receipt wins.
 */
export const TRACE_FIELDS = [
  'external_id',
  'name',
  'status',
  'end_time',
  'model',
  'environment',
  'release',
  'user_id',
  'session_id',
  'input_preview',
  'output_preview',
  'tags',
] as const satisfies readonly (keyof TraceValues)[]

/** Values with their sayings; `winners[i]` is the position in `sources` of the saying that gave field i, or -1. */
export type Folded<V> = { values: V; sources: Source[]; winners: Int16Array }

type Fields<V> = readonly (keyof V & string)[]

/** Sources past this many keep their own positions no longer; their words still count when payloads are read. */
const MOST_SOURCES = 32_000

export function foldFirst<V extends object>(fields: Fields<V>, source: Source, values: V): Folded<V> {
  const winners = new Int16Array(fields.length).fill(-1)
  fields.forEach((field, index) => {
    if (values[field] !== null) winners[index] = 0
  })
  return { values: { ...values }, sources: [source], winners }
}

/** Folds one more saying in; `beats` orders two sayings of one field. */
export function foldNext<V extends object>(
  fields: Fields<V>,
  row: Folded<V>,
  source: Source,
  values: V,
  beats: (challenger: Source, holder: Source) => boolean = (a, b) => byRank(a, b) > 0,
): void {
  if (row.sources.length >= MOST_SOURCES) return
  const position = row.sources.push(source) - 1
  fields.forEach((field, index) => {
    if (values[field] === null) return
    const holder = row.sources[row.winners[index] ?? -1]
    if (holder && !beats(source, holder)) return
    row.values[field] = values[field]
    row.winners[index] = position
  })
}

/** The winners as a column holds them, two bytes each. */
export const packWinners = (winners: Int16Array): Buffer =>
  Buffer.from(winners.buffer, winners.byteOffset, winners.byteLength)

export const unpackWinners = (packed: Uint8Array): Int16Array =>
  Int16Array.from({ length: packed.length / 2 }, (_, index) => Buffer.from(packed).readInt16LE(index * 2))
