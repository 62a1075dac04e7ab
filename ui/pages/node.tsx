import { getSpan, getTrace } from '#shared/contract/traces.ts'
import { html } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { plain, Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import { SpanBody, SpanFacts, tracePath } from '../parts/span-detail.tsx'
import { State } from '../parts/state.tsx'
import { TypeBadge } from '../parts/type-badge.tsx'
import { Visits } from '../parts/visits.tsx'
import type { Project } from '../projects/default-project.ts'
import { inProject } from '../traces/in-project.tsx'

async function load({ ask, viewer, params }: Asked) {
  const trace_id = params['trace_id'] ?? ''
  const project_id = viewer.url.searchParams.get('project_id')
  const whole = await ask(getSpan, { params: { trace_id, span_id: params['node_id'] ?? '' } }, project_id)
  const { node_id } = whole.span
  if (node_id === null) return { whole, visits: [] }
  const { spans } = await ask(getTrace, { params: { trace_id }, query: { spans: 'tree' } }, project_id)
  const visits = spans.filter((span) => span.node_id === node_id)
  return { whole, visits: visits.toSorted((a, b) => (a.node_visit ?? 0) - (b.node_visit ?? 0)) }
}

/** `/traces/{id}/nodes/{node}`: one span or one LangGraph node, by node id or span id. */
export const nodePage = (asked: Asked): Promise<Response> =>
  inProject(asked, async (found: Asked, project: Project | null) => {
    const { viewer } = found
    const { whole, visits } = await load(found)
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
        </header>
        {visits.length > 1 && <Visits viewer={viewer} visits={visits} shown={span} />}
        <div class="span-page">
          <SpanBody viewer={viewer} whole={whole} />
        </div>
      </Shell>,
    )
  })
