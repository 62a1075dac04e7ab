import type postgres from 'postgres'
import type { Position } from './cursor.ts'
import { isAfter, isBefore, isUpTo, matchTraces } from './match-traces.ts'
import type { Filters } from './read-filters.ts'
import { traceColumns, type TraceRow } from './show-trace.ts'

/** Totals are exact up to this many. */
export const COUNTED = 10_000
const NEWER = 100

/** Which traces are asked for, and which part of them. */
export type Asked = {
  project_no: number
  filters: Filters
  now_ms: number
  /** Later traces are not listed, but counted. */
  as_of: Position | null
  /** Where the page before ended; wins over the offset. */
  position: Position | null
  offset: number
  page_size: number
}

const matching = (sql: postgres.ISql, asked: Asked) =>
  matchTraces(sql, asked, asked.as_of ? isUpTo(sql, asked.as_of) : sql``)

const paged = (sql: postgres.ISql, asked: Asked) => sql`
  ${matching(sql, asked)} ${asked.position ? isBefore(sql, asked.position) : sql``}
  order by t.start_time desc, t.trace_no desc limit ${asked.page_size + 1}
  offset ${asked.position ? 0 : asked.offset}`

/** The traces of a page, and one more if there is one. */
export async function readPage(sql: postgres.ISql, asked: Asked): Promise<TraceRow[]> {
  return await sql<TraceRow[]>`select ${traceColumns(sql)} ${paged(sql, asked)}`
}

/** What tells whether a trace on a page has changed. */
export type Glance = Pick<
  TraceRow,
  'trace_no' | 'version' | 'status' | 'total_spans' | 'ended_spans' | 'is_headless' | 'updated_at'
>

/** The same traces, of which it reads only that. */
export async function glanceAtPage(sql: postgres.ISql, asked: Asked): Promise<Glance[]> {
  return await sql<Glance[]>`
    select trace_no, version::float8 as version, status, total_spans, ended_spans,
      root_key is null and said_status is null as is_headless,
      (extract(epoch from updated_at) * 1000000)::float8 as updated_at
    ${paged(sql, asked)}`
}

/** All traces that are asked for, counted up to one more than totals show. */
export async function countTraces(sql: postgres.ISql, asked: Asked): Promise<number> {
  const [counted] = await sql<{ total: number }[]>`
    select count(*)::int as total from (select 1 ${matching(sql, asked)} limit ${COUNTED + 1}) counted`
  return counted?.total ?? 0
}

/** The later ones. */
export async function countNewer(sql: postgres.ISql, asked: Asked): Promise<number> {
  if (!asked.as_of) return 0
  const [counted] = await sql<{ newer: number }[]>`
    select count(*)::int as newer from (
      select 1 ${matchTraces(sql, asked, isAfter(sql, asked.as_of))} limit ${NEWER}) counted`
  return counted?.newer ?? 0
}
