import { getGraph } from '#shared/contract/graph.ts'
import { loadOnTrace, TraceDecision, type OnTrace } from '../decisions/trace-decision.tsx'
import type { Asked, Fragment } from '../fragment.ts'
import type { Graph } from '../graph/fold-graph.ts'
import { paintGraph } from '../graph/graph-body.tsx'
import { intervalOf, Live } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { loadResumptions, Resumptions, type Resumption } from '../parts/resumptions.tsx'
import { tracePath } from '../parts/span-detail.tsx'
import { TraceHead } from '../parts/trace-head.tsx'
import { TraceTabs } from '../parts/trace-tabs.tsx'

const QUIET_MS = 30 * 60_000

type Data = { graph: Graph; tag: string; decided: OnTrace | null; resumptions: Resumption[] }

async function load(at: Asked, known: string | null): Promise<Data | null> {
  const { ask, viewer, params } = at
  const asked = { params: { trace_id: params['trace_id'] ?? '' } }
  const project_id = viewer.url.searchParams.get('project_id') ?? ''
  const found = await ask.since(getGraph, asked, project_id, known)
  if (found === null) return null
  const { trace } = found.answer
  const [decided, resumptions] = await Promise.all([
    trace.decision === null ? null : loadOnTrace(at, trace),
    found.answer.nodes.length === 0 ? [] : loadResumptions(at, { ...trace, trace_id: trace.id }),
  ])
  return { graph: found.answer, tag: found.tag, decided, resumptions }
}

/** Visits may still end after their trace did, but not for ever. */
const isFinished = ({ status, has_open_spans, updated_at }: Graph['trace'], now: number) =>
  status !== 'running' && (!has_open_spans || now - Date.parse(updated_at) > QUIET_MS)

/** One trace as its graph: it stands where the other views of the trace stand, and moves while the run goes on. */
export const GraphView: Fragment<Data> = {
  path: '/fragments/traces/:trace_id/graph',
  load,
  tag: ({ tag }) => tag,
  async view({ graph, decided, resumptions }, { viewer }, etag) {
    const { trace } = graph
    const path = tracePath(trace.id)
    const finished = isFinished(trace, viewer.now)
    const every = finished ? null : intervalOf(viewer)
    return (
      <Live id="trace-view" path={`/fragments${path}/graph`} viewer={viewer} etag={etag} every={every}>
        <LiveBar viewer={viewer} path={path} finished={finished} />
        <TraceHead viewer={viewer} trace={{ ...trace, attributes: {} }} path={path} />
        {decided !== null && <TraceDecision viewer={viewer} on={decided} />}
        <TraceTabs viewer={viewer} path={path} spans={trace.total_spans} evaluations={null} shown="graph" />
        <Resumptions
          viewer={viewer}
          items={resumptions}
          shown={{ trace_id: trace.id, project_id: trace.project_id }}
        />
        {await paintGraph(viewer, graph)}
      </Live>
    )
  },
}
