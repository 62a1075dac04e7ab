import { getGraph } from '#shared/contract/graph.ts'
import { getSpan } from '#shared/contract/traces.ts'
import { html } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { StateDiff } from '../graph/state-diff.tsx'
import { plain, Said } from '../parts/said.tsx'
import { loadResumptions, Resumptions } from '../parts/resumptions.tsx'
import { Shell } from '../parts/shell.tsx'
import { SpanBody, SpanFacts, tracePath } from '../parts/span-detail.tsx'
import { State } from '../parts/state.tsx'
import { TypeBadge } from '../parts/type-badge.tsx'
import { Visits } from '../parts/visits.tsx'
import type { Project } from '../projects/default-project.ts'
import { inProject } from '../traces/in-project.tsx'

async function load(asked: Asked) {
  const { ask, viewer, params } = asked
  const trace_id = params['trace_id'] ?? ''
  const project_id = viewer.url.searchParams.get('project_id')
  const whole = await ask(getSpan, { params: { trace_id, span_id: params['node_id'] ?? '' } }, project_id)
  const { node_id } = whole.span
  if (node_id === null) return { whole, graph: null, resumptions: [] }
  const [graph, resumptions] = await Promise.all([
    ask(getGraph, { params: { trace_id }, query: { node: node_id } }, project_id),
    loadResumptions(asked, whole.span, whole.span.id),
  ])
  return { whole, graph, resumptions }
}

/** `/traces/{id}/nodes/{node}`: one span or one LangGraph node, by node id or span id. */
export const nodePage = (asked: Asked): Promise<Response> =>
  inProject(asked, async (found: Asked, project: Project | null) => {
    const { viewer } = found
    const { whole, graph, resumptions } = await load(found)
    const { span } = whole
    const in_project = { project_id: span.project_id }
    return html(
      <Shell
        asked={found}
        title={plain(span.name)}
        path={
          <>
            <a href={viewer.to('/', in_project)}>
              <Said>{project?.name ?? viewer.text.list.title}</Said>
            </a>
            <a href={viewer.to(tracePath(span.trace_id), { ...in_project, span: span.id })}>
              {viewer.text.trace.title}
            </a>
            <span aria-current="page">{viewer.text.span.title}</span>
          </>
        }
      >
        <header class="trace-head">
          <div class="page-head">
            <TypeBadge viewer={viewer} type={span.span_type} />
            <h1>
              <Said>{span.name}</Said>
            </h1>
            <State viewer={viewer} status={span.status} />
          </div>
          <SpanFacts viewer={viewer} span={span} />
          <Resumptions viewer={viewer} items={resumptions} shown={span} />
        </header>
        {graph && <Visits viewer={viewer} graph={graph} shown={span} />}
        <div class="span-page">
          {graph && span.output !== null && (
            <StateDiff viewer={viewer} before={span.input} after={span.output} />
          )}
          <SpanBody viewer={viewer} whole={whole} />
        </div>
      </Shell>,
    )
  })
