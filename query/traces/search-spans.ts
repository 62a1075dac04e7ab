import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import type { SearchHit } from '#shared/contract/search-hit.ts'
import { fits, matcherOf } from '#shared/search/match-texts.ts'
import { textsOf } from '#shared/search/texts-of.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { readPayloads } from '#shared/store/read-payloads.ts'
import { unpackSources } from '#shared/store/sources.ts'
import { readSearch, textsIn } from '../search/read-terms.ts'
import { snippetsOf } from '../search/show-hits.ts'
import type { FoundTrace } from './find-trace.ts'
import { likeText } from './like-text.ts'
import { nameSpans, type Named } from './show-span.ts'
import type { Tree } from './tree-cache.ts'

const SHOWN = 200
const WITH_SNIPPETS = 50
/** So much of a trace's documents is read for a search in it. */
const BUDGET_BYTES = 64 * 1024 * 1024

type Asked = { project_no: number; trace: FoundTrace; text: string }
type Row = Named & { name: string | null; span_type: string | null; is_named: boolean; packed: Uint8Array }
type Hit = Row & { row: number; snippets: Static<typeof SearchHit>['snippets'] }

/** The spans whose texts have it, and those whose name, type or error has the text in it, in any case. */
async function findHits(
  sql: postgres.ISql,
  documents: DocumentReader,
  tree: Tree,
  { project_no, trace, text }: Asked,
): Promise<{ hits: Hit[]; is_complete: boolean }> {
  const pattern = likeText(text)
  const rows = await sql<Row[]>`
    select s.span_key, s.id_form, s.span_id, s.name, s.span_type, s.sources packed,
      (s.name ilike ${pattern} or s.span_type ilike ${pattern} or s.error ilike ${pattern}) is true is_named
    from spans s
    where s.project_no = ${project_no} and s.trace_no = ${trace.trace_no}
      and s.trace_day = ${trace.trace_day}::date`
  const matcher = matcherOf(textsIn(readSearch(text)))
  const placed = rows
    .flatMap((span) => {
      const row = tree.row_of.get(span.span_key)
      return row === undefined ? [] : [{ ...span, row, sources: unpackSources(span.packed) }]
    })
    .toSorted((a, b) => a.row - b.row)
  const read = await readPayloads(documents, sql, { trace: [], spans: placed, events: [] }, BUDGET_BYTES)
  const hits = read.spans.flatMap(({ payload, ...span }): Hit[] => {
    const texts = textsOf({ name: span.name, payload })
    const is_said = matcher.terms.some(({ term }) => !term.negated) && fits(matcher, texts)
    return is_said || span.is_named ? [{ ...span, snippets: is_said ? snippetsOf(matcher, texts) : [] }] : []
  })
  return { hits, is_complete: read.spans.length === placed.length }
}

/** What of a tree's spans says a text; the first of them with their ids, and the very first with what they say. */
export async function searchSpans(sql: postgres.ISql, documents: DocumentReader, tree: Tree, asked: Asked) {
  const { hits, is_complete } = await findHits(sql, documents, tree, asked)
  const { idOf } = nameSpans(hits, tree.visits)
  const ids = hits.slice(0, SHOWN).map(({ span_key, id_form }) => idOf(span_key, id_form))
  return {
    total: hits.length,
    is_complete,
    ids,
    found: hits.slice(0, WITH_SNIPPETS).map(({ name, span_type, snippets }, at) => ({
      ...{ span_id: ids[at] ?? null, name: name ?? 'span', span_type: span_type ?? 'span', snippets },
    })),
  }
}
