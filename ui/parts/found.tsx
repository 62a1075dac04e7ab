import type { Static } from '@sinclair/typebox'
import type { SearchHit } from '#shared/contract/search-hit.ts'
import type { Viewer } from '../viewer.ts'
import { Said, saidPieces } from './said.tsx'

export type Hit = Static<typeof SearchHit>
type Snippet = Hit['snippets'][number]

/** A part of a text in which what was found is marked, where the hub says that it stands. */
const Marks = ({ text, marks }: Snippet) => {
  const starts = [0, ...marks.map(({ to }) => to)]
  return (
    <bdi>
      {starts.map((start, at) => {
        const mark = marks[at]
        return (
          <>
            {saidPieces(text.slice(start, mark?.from))}
            {mark && <mark>{saidPieces(text.slice(mark.from, mark.to))}</mark>}
          </>
        )
      })}
    </bdi>
  )
}

/** The parts of its texts in which a span has what was searched for. */
export const Snippets = ({ viewer, hit }: { viewer: Viewer; hit: Hit }) => (
  <>
    {hit.snippets.map((snippet) => (
      <p class="found-text" dir="auto">
        <span class="found-in">{viewer.text.found.scopes[snippet.scope]}</span>
        <Marks {...snippet} />
      </p>
    ))}
  </>
)

type FoundProps = { viewer: Viewer; trace: { id: string; project_id: string }; hits: Hit[]; find: string }

/** What the spans of a listed trace say, each a way to the span with the search in it. */
export const Found = ({ viewer, trace, hits, find }: FoundProps) => (
  <ul class="found">
    {hits.map((hit) => (
      <li>
        <a
          class="quiet-link"
          href={viewer.to(`/traces/${encodeURIComponent(trace.id)}`, {
            ...{ project_id: trace.project_id, span: hit.span_id, find: find === '' ? null : find },
          })}
        >
          {hit.name === null ? viewer.text.found.trace : <Said>{hit.name}</Said>}
        </a>
        <Snippets viewer={viewer} hit={hit} />
      </li>
    ))}
  </ul>
)
