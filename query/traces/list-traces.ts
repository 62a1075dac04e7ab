import { Type as t, type Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import { remember } from '#shared/cache/remember.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/traces.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { projectOf } from '../project-of.ts'
import { fresh, isKnown, tagOf, unchanged } from './answer-fresh.ts'
import { findTraces, hasWord, type Searching } from '../search/find-traces.ts'
import { cursorsOf, type Position } from './cursor.ts'
import { scopeOfSearch } from './match-traces.ts'
import {
  COUNTED,
  countNewer,
  countTraces,
  glanceAtPage,
  readPage,
  type Asked,
  type Glance,
} from './page-traces.ts'
import { readFilters } from './read-filters.ts'
import { isStale, type TraceRow } from './show-trace.ts'
import { showTraces } from './show-traces.ts'

const PAGE_SIZE = 20
const TOTAL_SHARED_MS = 2000
/** Polls share for so long whether there is news. */
const SEEN_SHARED_MS = 1000
/** Lists are asked again and again, so a filter without an index may take less time than other questions. */
const TIMEOUT_MS = 3000
/** A list is polled: a word that is everywhere is not looked for any further. */
const FOUND = { most: 500, budget_ms: 500 }

const Seen = t.Object({
  newer: t.Integer(),
  rows: t.Array(t.Tuple([t.String(), t.Number(), t.Boolean()])),
})
type Seen = Static<typeof Seen>

/** How many there are: a page that is not full says it, else those who look within two seconds share one count. */
async function totalOf({ cache }: Deps, sql: postgres.ISql, asked: Asked, found: number): Promise<number> {
  const { project_no, filters, as_of, position, offset, page_size } = asked
  const is_last = !position && found <= page_size && (found > 0 || offset === 0)
  if (is_last) return offset + found
  const key = `total.v1:${project_no}:${JSON.stringify([filters, as_of?.start_time, as_of?.trace_no.toString()])}`
  const what = { key, ttl_ms: TOTAL_SHARED_MS, schema: t.Integer() }
  return Math.max(found, await remember(cache, what, () => countTraces(sql, asked)))
}

/** The traces of a page and their versions: what is the same has the same answer, but for a total that may lag. */
const seenOf = ({ now_ms }: Asked, rows: Glance[], newer: number): Seen => ({
  newer,
  rows: rows.map((row) => [row.trace_no, row.version, isStale(row, now_ms)]),
})

function listTag(request: Request, project_no: number, { rows, newer }: Seen): string {
  // Who first asked without as_of has the same page as who asks with the one in the answer.
  const url = new URL(request.url)
  url.searchParams.delete('as_of')
  return `W/${tagOf(new Request(url), [project_no, rows, newer])}`
}

const positionOf = ({ start_time, trace_no }: TraceRow): Position => ({
  start_time,
  trace_no: BigInt(trace_no),
})

const limit = (sql: postgres.ISql) => sql`select set_config('statement_timeout', ${String(TIMEOUT_MS)}, true)`

/** Looks for the texts of a filter, and notes in the filter what it found; gives the parts of the texts to show. */
async function search(sql: postgres.ISql, searching: Searching, asked: Asked) {
  if (!asked.filters.is_search || !hasWord(asked.filters)) return null
  await limit(sql)
  const { hits, is_complete } = await findTraces(sql, searching, asked, FOUND)
  asked.filters.found = { trace_nos: [...hits.keys()], is_complete }
  return hits
}

const inSnapshot = <T>({ database }: Deps, work: (sql: postgres.ISql) => Promise<T>) =>
  database.read.begin('isolation level repeatable read read only', work)

/** What a poll sees of a page; those who ask the same at about the same time share it. */
const glance = (deps: Deps, searching: Searching, asked: Asked, key: string): Promise<Seen> =>
  remember(deps.cache, { key, ttl_ms: SEEN_SHARED_MS, schema: Seen }, () =>
    inSnapshot(deps, async (sql) => {
      await search(sql, searching, asked)
      // Sent together, so that a poll without news crosses to the database once.
      const [, newer, rows] = await Promise.all([
        limit(sql),
        countNewer(sql, asked),
        glanceAtPage(sql, asked),
      ])
      return seenOf(asked, rows, newer)
    }),
  )

/** `GET /api/v1/traces`. */
export const listTraces = (deps: Deps, searching: Searching): Route =>
  serve(contract.listTraces, async ({ query, principal, request }) => {
    const { project_no, project_id } = projectOf(principal)
    const cursors = cursorsOf(deps.config.secret_key, project_no)
    const { page = 1, page_size = PAGE_SIZE } = query
    const asked: Asked = {
      ...{ project_no, filters: readFilters(query), now_ms: deps.clock(), page_size },
      as_of: query.as_of === undefined ? null : cursors.read(query.as_of, 'as_of'),
      position: query.cursor === undefined ? null : cursors.read(query.cursor),
      offset: (page - 1) * page_size,
    }
    if (request.headers.has('if-none-match')) {
      const own = { ...asked, filters: { ...asked.filters } }
      const seen = await glance(deps, searching, own, `list.v1:${project_no}:${JSON.stringify(query)}`)
      const tag = listTag(request, project_no, seen)
      if (isKnown(request, tag)) return unchanged(tag)
    }
    return await inSnapshot(deps, async (sql) => {
      const hits = await search(sql, searching, asked)
      const [, newer] = await Promise.all([limit(sql), countNewer(sql, asked)])
      const rows = await readPage(sql, asked)
      const tag = listTag(request, project_no, seenOf(asked, rows, newer))
      // Others may have seen the page a moment before the caller did.
      if (isKnown(request, tag)) return unchanged(tag)
      const total = await totalOf(deps, sql, asked, rows.length)
      const shown = rows.slice(0, page_size)
      const last = rows.length > page_size ? shown.at(-1) : undefined
      const first = asked.position || asked.offset > 0 ? undefined : rows[0]
      const answer: Output<typeof contract.listTraces> = {
        items: (await showTraces(sql, { ...asked, project_id }, shown)).map((item, at) => {
          const found = hits?.get(shown[at]?.trace_no ?? '')
          return found ? { ...item, found } : item
        }),
        page,
        page_size,
        total: Math.min(total, COUNTED),
        total_capped: total > COUNTED || asked.filters.found?.is_complete === false,
        next_cursor: last ? cursors.write(positionOf(last)) : null,
        as_of: query.as_of ?? (first ? cursors.write(positionOf(first)) : null),
        newer,
        search_scope: scopeOfSearch(asked.filters),
      }
      return fresh(answer, tag)
    })
  })
