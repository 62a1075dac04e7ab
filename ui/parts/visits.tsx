import type { Graph } from '../graph/fold-graph.ts'
import { Coverage } from '../graph/node-table.tsx'
import type { Viewer } from '../viewer.ts'
import { count, duration } from './quantity.ts'
import { tracePath, type WholeSpan } from './span-detail.tsx'
import { StateIcon } from './state.tsx'

type Props = { viewer: Viewer; graph: Graph; shown: WholeSpan['span'] }

/** All visits of one LangGraph node in its run, the one on the page marked, and the way to its graph. */
export const Visits = ({ viewer, graph: { visits, nodes }, shown }: Props) => {
  const path = tracePath(shown.trace_id)
  const { project_id } = shown
  return (
    <nav class="visits" aria-label={viewer.text.span.visits}>
      <h2>{viewer.text.span.visits}</h2>
      <ol>
        {visits.map(({ span_id, status, visit, step, duration_ms }) => (
          <li>
            <a
              class="chip"
              href={viewer.to(`${path}/nodes/${encodeURIComponent(span_id)}`, { project_id })}
              aria-current={span_id === shown.id ? 'page' : undefined}
            >
              <StateIcon viewer={viewer} status={status} />
              {count(viewer, visit)}
              {step !== null && <span class="sub">{viewer.text.graph.step(count(viewer, step))}</span>}
              <span class="sub">{duration(viewer, duration_ms)}</span>
            </a>
          </li>
        ))}
      </ol>
      <p class="hint">
        <a href={viewer.to(path, { project_id, view: 'graph' })}>{viewer.text.graph.title}</a>
        {' · '}
        <Coverage viewer={viewer} nodes={nodes} />
      </p>
    </nav>
  )
}
