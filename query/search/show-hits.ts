import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import type { search } from '#shared/contract/search.ts'
import type { SearchHit } from '#shared/contract/search-hit.ts'
import { shownId } from '#shared/ids.ts'
import { findIn, type Matcher } from '#shared/search/match-texts.ts'
import type { Texts } from '#shared/search/term.ts'
import { snippetOf } from '#shared/search/snippet.ts'
import { arrayLiteral } from '#shared/store/array-literal.ts'
import { traceColumns, type TraceRow } from '../traces/show-trace.ts'
import { showTraces } from '../traces/show-traces.ts'
import type { Hit } from './verify-hits.ts'

const MOST_SNIPPETS = 3

type Of = { project_no: number; project_id: string; now_ms: number; matcher: Matcher }
type Items = Static<(typeof search)['response']>['items']

/** The parts of a hit's texts around what was found. */
/** The parts of some texts around what was found in them. */
export const snippetsOf = (matcher: Matcher, texts: Texts): Static<typeof SearchHit>['snippets'] =>
  findIn(matcher, texts)
    .slice(0, MOST_SNIPPETS)
    .map(({ scope, text, searchable, ranges }) => {
      const snippet = snippetOf(text, searchable, ranges)
      return { scope, text: snippet.text.toWellFormed(), marks: snippet.marks }
    })

/** A hit as the API shows it. */
export const showHit = (matcher: Matcher, hit: Hit): Static<typeof SearchHit> => ({
  span_id: hit.span && shownId(hit.span.span_key, hit.span.id_form, hit.span.span_id),
  name: hit.span && (hit.span.name ?? 'span'),
  span_type: hit.span && (hit.span.span_type ?? 'span'),
  snippets: snippetsOf(matcher, hit.texts),
})

/** The hits of a page by their traces, each where its newest hit is. */
export async function showHits(sql: postgres.ISql, of: Of, hits: Hit[]): Promise<Items> {
  const by_trace = Map.groupBy(hits, ({ trace_no }) => trace_no)
  if (by_trace.size === 0) return []
  const rows = await sql<TraceRow[]>`
    select ${traceColumns(sql)} from traces t
    where project_no = ${of.project_no}
      and trace_no = any(${arrayLiteral([...by_trace.keys()])}::text::bigint[])`
  const shown = await showTraces(sql, of, rows)
  const traces = new Map(rows.map(({ trace_no }, at) => [trace_no, shown[at]]))
  return [...by_trace].flatMap(([trace_no, of_trace]) => {
    const trace = traces.get(trace_no)
    return trace ? [{ trace, hits: of_trace.map((hit) => showHit(of.matcher, hit)) }] : []
  })
}
