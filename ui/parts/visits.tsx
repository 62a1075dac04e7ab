import type { Span } from '../spans/arrange-spans.ts'
import type { Viewer } from '../viewer.ts'
import { count, duration } from './quantity.ts'
import { tracePath } from './span-detail.tsx'
import { StateIcon } from './state.tsx'

type Props = { viewer: Viewer; visits: Span[]; shown: Span & { trace_id: string; project_id: string } }

/** All visits of one LangGraph node in its run; the one on the page is marked. */
export const Visits = ({ viewer, visits, shown }: Props) => (
  <nav class="visits" aria-label={viewer.text.span.visits}>
    <h2>{viewer.text.span.visits}</h2>
    <ol>
      {visits.map((span) => (
        <li>
          <a
            class="chip"
            href={viewer.to(`${tracePath(shown.trace_id)}/nodes/${encodeURIComponent(span.id)}`, {
              project_id: shown.project_id,
            })}
            aria-current={span.id === shown.id ? 'page' : undefined}
          >
            <StateIcon viewer={viewer} status={span.status} />
            {count(viewer, span.node_visit)}
            <span class="sub">{duration(viewer, span.duration_ms)}</span>
          </a>
        </li>
      ))}
    </ol>
  </nav>
)
