import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/sessions.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { fresh } from '../traces/answer-fresh.ts'
import { cursorsOf, type Position } from '../traces/cursor.ts'
import { mayGoOnRow, showTrace, staleBefore, traceColumns } from '../traces/show-trace.ts'
import { readTexts, type Texts, type TurnRow } from './read-texts.ts'
import { MOST_TURNS, readFigures, showSession } from './session-figures.ts'

const PAGE_SIZE = 50
/** Raised with every change of what the answer looks like. */
const FORM = 1

type Turn = Output<typeof contract.getSession>['turns'][number]
type Counted = { passed: number; failed: number }
type Asked = { project_no: number; session_id: string; position: Position | null; now_ms: number }

const timestamp = (sql: postgres.ISql, micros: number) => sql`${writeTime(micros)}::text::timestamptz`

const before = (sql: postgres.ISql, position: Position | null) =>
  position === null
    ? sql``
    : sql`and (start_time, trace_no) < (${timestamp(sql, position.start_time)}, ${position.trace_no.toString()}::bigint)`

/** All that can be seen of the newest turns before a position, as one short text; null when there is none. */
async function stateOf(
  sql: postgres.ISql,
  { project_no, session_id, now_ms }: Asked,
  position: Position | null,
): Promise<string | null> {
  const [row] = await sql<{ state: string | null }[]>`
    select md5(string_agg(concat_ws(' ', trace_no, version,
      status = 0 and ${mayGoOnRow(sql)} and updated_at < ${timestamp(sql, staleBefore(now_ms))}), ','
      order by start_time desc, trace_no desc)) as state
    from (
      select trace_no, version, status, total_spans, ended_spans, root_key, said_status, updated_at, start_time
      from traces
      where project_no = ${project_no} and session_id = ${session_id} ${before(sql, position)}
      order by start_time desc, trace_no desc limit ${MOST_TURNS}) newest`
  return row?.state ?? null
}

async function tagOf(sql: postgres.ISql, asked: Asked, { url }: Request): Promise<string> {
  const { pathname, search } = new URL(url)
  const newest = await stateOf(sql, asked, null)
  if (newest === null) throw new HubError('session_not_found')
  const earlier = asked.position === null ? null : await stateOf(sql, asked, asked.position)
  const state = JSON.stringify([FORM, pathname, search, asked.project_no, newest, earlier])
  return `"${createHash('sha256').update(state).digest('base64url').slice(0, 22)}"`
}

const knows = (request: Request, tag: string) =>
  (request.headers.get('if-none-match') ?? '')
    .split(',')
    .some((one) => one.trim().replace(/^W\//, '') === tag)

const readTurns = (sql: postgres.ISql, { project_no, session_id, position }: Asked, most: number) => sql<
  TurnRow[]
>`
  select ${traceColumns(sql)}, sources as packed from traces t
  where t.project_no = ${project_no} and t.session_id = ${session_id} ${before(sql, position)}
  order by t.start_time desc, t.trace_no desc limit ${most}`

/** Evaluations of some traces by their outcome; what a person said of one counts before what it said itself. */
async function countEvals(
  sql: postgres.ISql,
  project_no: number,
  trace_nos: string[],
): Promise<Map<string, Counted>> {
  const rows = await sql<(Counted & { trace_no: string })[]>`
    select trace_no, (count(*) filter (where coalesce(user_review_passed, passed)))::int as passed,
      (count(*) filter (where not coalesce(user_review_passed, passed)))::int as failed
    from evals where project_no = ${project_no} and trace_no = any(${trace_nos}::bigint[]) group by trace_no`
  return new Map(rows.map((row) => [row.trace_no, row]))
}

type Told = {
  row: TurnRow
  earlier: TurnRow | undefined
  texts: Texts | undefined
  counted: Counted | undefined
}

function showTurn({ row, earlier, texts, counted }: Told, project_id: string, now_ms: number): Turn {
  const trace = showTrace(row, project_id, now_ms)
  const since = earlier && Math.max(earlier.start_time, earlier.end_time ?? 0)
  return {
    trace_id: trace.id,
    name: trace.name,
    status: trace.status,
    stale: trace.stale,
    start_time: trace.start_time,
    end_time: trace.end_time,
    duration_ms: trace.duration_ms,
    gap_ms: since === undefined ? null : Math.max(0, row.start_time - since) / 1000,
    user_id: trace.user_id,
    model: trace.model,
    input_text: texts?.input.text ?? null,
    input_cut: texts?.input.cut ?? false,
    output_text: texts?.output.text ?? null,
    output_cut: texts?.output.cut ?? false,
    total_spans: trace.total_spans,
    error_count: trace.error_count,
    input_tokens: trace.input_tokens,
    output_tokens: trace.output_tokens,
    cost_usd: trace.cost_usd,
    evals_passed: counted?.passed ?? 0,
    evals_failed: counted?.failed ?? 0,
  }
}

/** `GET /api/v1/sessions/{session_id}`: the newest turns, or those before the cursor, as they stood at one moment. */
export const getSession = (deps: Deps, documents: DocumentReader): Route =>
  serve(contract.getSession, async ({ params: { session_id }, query, principal, request }) => {
    const { project_no, project_id } = projectOf(principal)
    const cursors = cursorsOf(deps.config.secret_key, project_no)
    const position = query.cursor === undefined ? null : cursors.read(query.cursor)
    const asked: Asked = { project_no, session_id, position, now_ms: deps.clock() }
    const page_size = query.page_size ?? PAGE_SIZE
    return await deps.database.read.begin('isolation level repeatable read read only', async (sql) => {
      const tag = await tagOf(sql, asked, request)
      if (knows(request, tag))
        return new Response(null, { status: 304, headers: { etag: tag, 'cache-control': 'no-store' } })
      const found = await readTurns(sql, asked, page_size + 1)
      const rows = found.slice(0, page_size)
      const [session] = await readFigures(sql, project_no, [session_id])
      if (!session) throw new HubError('session_not_found')
      const texts = await readTexts(sql, documents, project_no, rows)
      const counted = await countEvals(
        sql,
        project_no,
        rows.map(({ trace_no }) => trace_no),
      )
      const turns = rows.map((row, at) =>
        showTurn(
          { row, earlier: found[at + 1], texts: texts[at], counted: counted.get(row.trace_no) },
          project_id,
          asked.now_ms,
        ),
      )
      const oldest = found.length > page_size ? rows.at(-1) : undefined
      const answer: Output<typeof contract.getSession> = {
        session: showSession(session),
        turns: turns.toReversed(),
        earlier_cursor: oldest
          ? cursors.write({ start_time: oldest.start_time, trace_no: BigInt(oldest.trace_no) })
          : null,
      }
      return fresh(answer, tag)
    })
  })
