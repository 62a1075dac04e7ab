import type postgres from 'postgres'
import type { Unit } from '#shared/search/segment.ts'
import type { SearchTerm } from '#shared/search/term.ts'
import { matcherOf } from '#shared/search/match-texts.ts'
import { firstLogIdAt } from '#shared/store/log-id.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import type { Filters } from '../traces/read-filters.ts'
import { candidates, type Place } from './candidates.ts'
import { readUnits } from './read-unit.ts'
import type { SegmentMemory } from './segment-memory.ts'
import { verifyHits, type Hit } from './verify-hits.ts'

export type Scanning = {
  project_no: number
  terms: SearchTerm[]
  filters: Filters
  now_ms: number
  position: Place | null
  documents: DocumentReader
  memory: SegmentMemory
  /** Of performance.now(): then the search ends where it is. */
  deadline: number
}

const FIRST_BATCH = 16
const MOST_BATCH = 32
const NO_LOG = '00000000-0000-0000-0000-000000000000'
/** A trace may say that it starts later than it was received: by the clock of its sender, which is ahead by less than this. */
const CLOCK_AHEAD_MS = 48 * 3_600_000

const oldestOf = ({ since }: Filters): string =>
  since === null ? NO_LOG : firstLogIdAt(Math.max(0, Math.floor(since / 1000) - CLOCK_AHEAD_MS))

const placeKey = ({ log_id, ordinal }: Place) => `${log_id} ${ordinal}`

/**
 * Gives the hits of a search to `take`, newest first, some at a time, until it has enough. Null when it has seen all there
 * is; else the place from which it goes on, because enough was taken or time ran out.
 */
export async function scan(
  sql: postgres.ISql,
  scanning: Scanning,
  take: (hits: Hit[]) => boolean,
): Promise<Place | null> {
  const { project_no, terms, filters, position, documents, memory, deadline } = scanning
  const verifying = { ...scanning, filters: { ...filters, is_search: false }, matcher: matcherOf(terms) }
  const taken = new Set<string>()
  let batch: Unit[] = []
  let size = FIRST_BATCH

  async function verify(): Promise<boolean> {
    const hits = await verifyHits(sql, verifying, await readUnits(sql, documents, batch))
    const fresh = hits.filter((hit) => {
      const is_before =
        !position ||
        hit.log_id < position.log_id ||
        (hit.log_id === position.log_id && hit.ordinal < position.ordinal)
      const is_new = is_before && !taken.has(placeKey(hit))
      if (is_new) taken.add(placeKey(hit))
      return is_new
    })
    return take(fresh)
  }

  const asked = { project_no, terms, position, oldest_log: oldestOf(filters) }
  for await (const unit of candidates(sql, memory, asked)) {
    batch.push(unit)
    if (batch.length < size) continue
    const is_enough = await verify()
    batch = []
    size = Math.min(size * 2, MOST_BATCH)
    if (is_enough || performance.now() > deadline) return { log_id: unit.log_id, ordinal: unit.first }
  }
  if (batch.length > 0) await verify()
  return null
}
