import type postgres from 'postgres'
import type { FoundTrace } from './find-trace.ts'
import { likeText } from './like-text.ts'
import { nameSpans, type Named } from './show-span.ts'
import type { Tree } from './tree-cache.ts'

const SHOWN = 200

type Asked = { project_no: number; trace: FoundTrace; text: string }

/** The spans of a tree that say a text, in any case; the first of them with their ids. */
export async function searchSpans(sql: postgres.ISql, tree: Tree, { project_no, trace, text }: Asked) {
  const pattern = likeText(text)
  const found = await sql<Named[]>`
    select s.span_key, s.id_form, s.span_id from spans s
    where s.project_no = ${project_no} and s.trace_no = ${trace.trace_no}
      and s.trace_day = ${trace.trace_day}::date
      and (s.name ilike ${pattern} or s.span_type ilike ${pattern} or s.error ilike ${pattern})`
  const { idOf } = nameSpans(found, tree.visits)
  const hits = found
    .flatMap(({ span_key, id_form }) => {
      const row = tree.row_of.get(span_key)
      return row === undefined ? [] : [{ span_key, id_form, row }]
    })
    .toSorted((a, b) => a.row - b.row)
  return {
    total: hits.length,
    ids: hits.slice(0, SHOWN).map(({ span_key, id_form }) => idOf(span_key, id_form)),
  }
}
