import * as contract from '#shared/contract/search.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { isUuid } from '#shared/ids.ts'
import { matcherOf } from '#shared/search/match-texts.ts'
import type { Deps } from '#shared/service.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { projectOf } from '../project-of.ts'
import { readFilters } from '../traces/read-filters.ts'
import type { Place } from './candidates.ts'
import { asNameText, textsIn } from './read-terms.ts'
import { scan } from './scan.ts'
import type { SegmentMemory } from './segment-memory.ts'
import { showHits } from './show-hits.ts'
import type { Hit } from './verify-hits.ts'

const LIMIT = 50
/** No statement, and no search as a whole, takes longer. */
const TIMEOUT_MS = 3000
const BUDGET_MS = 2000
/** Once the page is full, hits are counted on for so long, or up to so many. */
const COUNT_MS = 40
const COUNTED = 1000

const fault = (name: string, type: string, msg: string) =>
  new HubError('validation_error', { issues: [{ type, loc: ['query', name], msg }] })

const writeCursor = ({ log_id, ordinal }: Place): string =>
  Buffer.from(`${log_id} ${ordinal}`).toString('base64url')

function readCursor(cursor: string): Place {
  const [log_id = '', ordinal = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split(' ')
  if (!isUuid(log_id) || !/^-?\d{1,9}$/.test(ordinal))
    throw fault('cursor', 'value_error', 'Send next_cursor as it came')
  return { log_id: log_id.toLowerCase(), ordinal: Number(ordinal) }
}

/** The filter of a search, in which `name:` is the name of a span, and its words. */
function readQuestion(query: Parameters<typeof readFilters>[0]) {
  const filters = readFilters(query)
  filters.terms = filters.terms.map(asNameText)
  const terms = textsIn(filters.terms)
  if (!terms.some(({ negated }) => !negated)) {
    throw fault('q', 'search_needs_word', 'Say at least one word or phrase that must be there')
  }
  return { filters, terms }
}

/** Gathers a page, and counts on for a moment. */
function gatherer(limit: number, counts: boolean) {
  const hits: Hit[] = []
  let full_at = Infinity
  return {
    hits,
    take(more: Hit[]): boolean {
      hits.push(...more)
      if (hits.length <= limit) return false
      full_at = Math.min(full_at, performance.now())
      return !counts || hits.length >= COUNTED || performance.now() - full_at > COUNT_MS
    },
  }
}

/** `GET /api/v1/search`. */
export const search = (deps: Deps, documents: DocumentReader, memory: SegmentMemory): Route =>
  serve(contract.search, async ({ query, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const { limit = LIMIT } = query
    const { filters, terms } = readQuestion(query)
    const position = query.cursor === undefined ? null : readCursor(query.cursor)
    const now_ms = deps.clock()
    const deadline = performance.now() + BUDGET_MS
    const asked = { project_no, terms, filters, now_ms, position, documents, memory, deadline }
    return await deps.database.read.begin('isolation level repeatable read read only', async (sql) => {
      await sql`select set_config('statement_timeout', ${String(TIMEOUT_MS)}, true)`
      const { hits, take } = gatherer(limit, position === null)
      const left = await scan(sql, asked, take)
      const shown = hits.slice(0, limit)
      const last = hits.length > limit ? shown.at(-1) : undefined
      const next = last ?? left
      const matcher = matcherOf(terms)
      const answer: Output<typeof contract.search> = {
        items: await showHits(sql, { project_no, project_id, now_ms, matcher }, shown),
        total: position === null ? Math.min(hits.length, COUNTED) : null,
        total_capped: position === null && (left !== null || hits.length > COUNTED),
        is_complete: left === null || hits.length > limit,
        next_cursor: next ? writeCursor(next) : null,
      }
      return answer
    })
  })
