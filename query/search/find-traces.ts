import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import type { SearchHit } from '#shared/contract/search-hit.ts'
import { matcherOf } from '#shared/search/match-texts.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { matchNames } from '../traces/match-traces.ts'
import type { Filters } from '../traces/read-filters.ts'
import { textsIn } from './read-terms.ts'
import { scan } from './scan.ts'
import type { SegmentMemory } from './segment-memory.ts'
import { showHit } from './show-hits.ts'
import type { Hit } from './verify-hits.ts'

/** What searches read with. */
export type Searching = { documents: DocumentReader; memory: SegmentMemory }

/** The traces that say something, each with the first of what it says; not all of them when time or room ran out. */
export type FoundTraces = { hits: Map<string, Static<typeof SearchHit>[]>; is_complete: boolean }

type Asked = { project_no: number; filters: Filters; now_ms: number }
type Limits = { most: number; budget_ms: number }

const SHOWN = 2

/** Whether there is something to look for, and not only something that must not be there. */
export const hasWord = (filters: Filters): boolean => textsIn(filters.terms).some(({ negated }) => !negated)

/**
 * The traces whose spans have what a filter looks for, or whose own names and ids have it, newest first until there are so
 * many.
 */
export async function findTraces(
  sql: postgres.ISql,
  { documents, memory }: Searching,
  asked: Asked,
  { most, budget_ms }: Limits,
): Promise<FoundTraces> {
  const terms = textsIn(asked.filters.terms)
  const matcher = matcherOf(terms)
  const hits: FoundTraces['hits'] = new Map()
  function take(more: Hit[]): boolean {
    for (const hit of more) {
      const of_trace = hits.get(hit.trace_no) ?? []
      if (of_trace.length < SHOWN) of_trace.push(showHit(matcher, hit))
      hits.set(hit.trace_no, of_trace)
    }
    return hits.size >= most
  }
  const deadline = performance.now() + budget_ms
  const left = await scan(sql, { ...asked, terms, documents, memory, deadline, position: null }, take)
  for (const { trace_no } of await sql<{ trace_no: string }[]>`
    select t.trace_no ${matchNames(sql, asked)} limit ${most}`) {
    if (!hits.has(trace_no)) hits.set(trace_no, [])
  }
  return { hits, is_complete: left === null }
}
