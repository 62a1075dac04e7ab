import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/tree.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { idKey } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { writeTime } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'
import { fresh, notModified, traceTag } from './answer-fresh.ts'
import { cell, unfolded } from './arrange-spans.ts'
import { findTrace, type FoundTrace } from './find-trace.ts'
import { MOST_SPANS, readShape } from './read-shape.ts'
import { searchSpans } from './search-spans.ts'
import { idAt, keysOf, showRows } from './show-rows.ts'
import { nameSpans, spanColumns, type SpanRow } from './show-span.ts'
import { mayGoOn } from './show-trace.ts'
import { treeCache, treeOf, type Tree } from './tree-cache.ts'

const WINDOW = 200

type Query = Static<(typeof contract.getTree)['query']>
type Answer = Output<typeof contract.getTree>

function idsOf(collapsed = ''): string[] {
  try {
    return collapsed.split(',').filter(Boolean).map(decodeURIComponent)
  } catch {
    const issue = { type: 'value_error', loc: ['query', 'collapsed'], msg: 'Percent-encode each id' }
    throw new HubError('validation_error', { issues: [issue] })
  }
}

/** The row of a span by its id as shown, which for a visit of a node may be its alias; -1 where there is none. */
function rowOf({ row_of, visits }: Tree, id: string): number {
  const key = idKey(id)
  const row = row_of.get(key)
  if (row !== undefined) return row
  for (const [own, { alias }] of visits)
    if (alias !== null && idKey(alias) === key) return row_of.get(own) ?? -1
  return -1
}

/** The rows to show: from a place, or those around a span. */
function windowOf({ rows }: Tree, folded: Set<number>, focused: number, { from, n = WINDOW }: Query) {
  const seen = unfolded(rows, folded)
  // A span that is folded away stands behind the last row before it.
  const place = focused === -1 ? 0 : seen.findLastIndex((row) => row <= focused)
  const last = Math.max(0, Math.ceil(seen.length / n) - 1) * n
  const start = from ?? Math.floor(place / n) * n
  const at = start < seen.length ? start : last
  return { visible_rows: seen.length, from: at, shown: seen.slice(at, at + n) }
}

/** The failed row after one; after the last, the first. */
const nextError = ({ failed }: Tree, row: number): number =>
  failed.find((one) => one > row) ?? failed[0] ?? -1

function readNamed(sql: postgres.ISql, project_no: number, trace: FoundTrace, keys: string[]) {
  return sql<SpanRow[]>`
    select ${spanColumns(sql)} from spans s
    where s.project_no = ${project_no} and s.trace_no = ${trace.trace_no}
      and s.trace_day = ${trace.trace_day}::date and s.span_key = any(${keys}::text[])`
}

async function showTree(
  sql: postgres.ISql,
  { documents, project_no }: { documents: DocumentReader; project_no: number },
  trace: FoundTrace,
  tree: Tree,
  collapsed: string[],
  query: Query,
): Promise<Answer> {
  const folded = new Set(collapsed.map((id) => rowOf(tree, id)))
  for (const row of folded) if (cell(tree.rows.descendants, row) < 1) folded.delete(row)
  const focused = query.focus === undefined ? -1 : rowOf(tree, query.focus)
  const { shown, ...window } = windowOf(tree, folded, focused, query)
  const failed = nextError(tree, focused === -1 ? (shown[0] ?? 0) : focused)
  const spans = await readNamed(sql, project_no, trace, keysOf(tree, [...shown, failed]))
  const found = new Map(spans.map((span) => [span.span_key, span]))
  const names = nameSpans(spans, tree.visits)
  const text = query.search
  return {
    version: trace.version,
    total_spans: trace.total_spans,
    spans_truncated: tree.truncated,
    start_time: writeTime(Math.min(trace.start_time, tree.first)),
    end_time: writeTime(Math.max(trace.end_time ?? trace.start_time, tree.last)),
    next_error: idAt(tree, failed, found, names),
    hits: text ? await searchSpans(sql, documents, tree, { project_no, trace, text }) : null,
    ...window,
    rows: showRows(tree, shown, folded, found, names),
  }
}

/** `GET /api/v1/traces/{trace_id}/tree`: arranged once for each version of a trace, shown a window at a time. */
export function getTree(deps: Deps, documents: DocumentReader): Route {
  const cached = treeCache(MOST_SPANS)
  return serve(contract.getTree, async ({ params: { trace_id }, query, principal, request }) => {
    const { project_no } = projectOf(principal)
    const asked = { project_no, trace_id, request, now_ms: deps.clock() }
    const collapsed = idsOf(query.collapsed)
    const unchanged = await notModified(deps.database.read, asked)
    if (unchanged) return unchanged
    return await deps.database.read.begin('isolation level repeatable read read only', async (sql) => {
      const trace = await findTrace(sql, project_no, trace_id)
      const tree = await cached(`${trace.trace_no}:${trace.version}`, async () =>
        treeOf(await readShape(sql, project_no, trace)),
      )
      const answer = await showTree(sql, { documents, project_no }, trace, tree, collapsed, query)
      const open = mayGoOn(trace)
      return fresh(answer, traceTag({ ...trace, version: String(trace.version), open }, asked))
    })
  })
}
