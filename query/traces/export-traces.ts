import * as contract from '#shared/contract/traces.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { HubError } from '#shared/errors.ts'
import type { Sql } from '#shared/store/connect.ts'
import type { Deps } from '#shared/service.ts'
import { findTraces, hasWord, type Searching } from '../search/find-traces.ts'
import { projectOf } from '../project-of.ts'
import type { Position } from './cursor.ts'
import { isBefore, matchTraces } from './match-traces.ts'
import { readFilters } from './read-filters.ts'
import { traceColumns, type TraceRow } from './show-trace.ts'
import { showTraces } from './show-traces.ts'

const BATCH = 500

/** A search that is to be exported may take longer than one that somebody looks at, but it is all there or refused. */
const FOUND = { most: 10_000, budget_ms: 8000 }

async function search(sql: Sql, searching: Searching, asked: Parameters<typeof findTraces>[2]) {
  const { hits, is_complete } = await sql.begin('isolation level repeatable read read only', async (tx) =>
    findTraces(tx, searching, asked, FOUND),
  )
  if (!is_complete) throw new HubError('query_timeout')
  return { trace_nos: [...hits.keys()], is_complete }
}

const HEADERS = {
  'content-type': 'application/x-ndjson; charset=utf-8',
  'content-disposition': 'attachment; filename="traces.jsonl"',
  'cache-control': 'no-store',
}

/**
 * `GET /api/v1/traces/export`. The next batch is only read when the one before has been taken, so a slow reader costs no
 * memory, and one who leaves no statement more.
 */
export const exportTraces = (deps: Deps, searching: Searching): Route =>
  serve(contract.exportTraces, async ({ query, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const sql = deps.database.read
    const now_ms = deps.clock()
    const filters = readFilters(query)
    if (hasWord(filters)) filters.found = await search(sql, searching, { project_no, filters, now_ms })

    async function read(place: Position | null): Promise<TraceRow[]> {
      return sql<TraceRow[]>`
        select ${traceColumns(sql)} ${matchTraces(sql, { project_no, filters, now_ms })}
        ${place ? isBefore(sql, place) : sql``}
        order by t.start_time desc, t.trace_no desc limit ${BATCH}`
    }

    const encoder = new TextEncoder()
    async function lines(rows: TraceRow[]) {
      const shown = await showTraces(sql, { project_no, project_id, now_ms }, rows)
      return encoder.encode(shown.map((trace) => `${JSON.stringify(trace)}\n`).join(''))
    }

    // The first batch is read before the answer begins: what goes wrong with it is still an error with its code.
    let rows: TraceRow[] | null = await read(null)
    let place: Position | null = null
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          rows ??= await read(place)
          const last = rows.at(-1)
          if (last) {
            controller.enqueue(await lines(rows))
            place = { start_time: last.start_time, trace_no: BigInt(last.trace_no) }
          }
          if (rows.length < BATCH) controller.close()
          rows = null
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body, { headers: HEADERS })
  })
