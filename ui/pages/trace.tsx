import { getTrace } from '#shared/contract/traces.ts'
import { html, part } from '../answer.tsx'
import { paint, type Asked } from '../fragment.ts'
import { GraphView } from '../fragments/graph-view.tsx'
import { loadWindow, projectIn } from '../fragments/load-span.ts'
import { TraceView } from '../fragments/trace-view.tsx'
import { KeysDialog } from '../parts/keys-dialog.tsx'
import { Pane } from '../parts/pane.tsx'
import { plain, Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import { tracePath } from '../parts/span-detail.tsx'
import type { Project } from '../projects/default-project.ts'
import { toggled } from '../spans/tree-state.ts'
import { inProject } from '../traces/in-project.tsx'

/** With the script, choosing a span changes the pane alone. */
const isForPane = ({ headers }: Request) => headers.get('hx-target') === 'section#pane'

async function paintPane(asked: Asked): Promise<Response> {
  const { ask, viewer, params } = asked
  const input = { params: { trace_id: params['trace_id'] ?? '' }, query: { spans: 'none' as const } }
  const [{ trace }, { tree, selected, resumptions }] = await Promise.all([
    ask(getTrace, input, projectIn(viewer)),
    loadWindow(asked, 1),
  ])
  const path = tracePath(trace.id)
  return part(<Pane {...{ viewer, path, trace, selected, resumptions, tree }} />, {})
}

/** `/traces/{id}`: one trace, live while it runs. */
export const tracePage = (asked: Asked): Promise<Response> =>
  inProject(asked, async (given: Asked, project: Project | null) => {
    const found = { ...given, viewer: toggled(given.viewer) }
    if (isForPane(found.request)) return paintPane(found)
    const {
      viewer,
      params,
      site: { assets },
    } = found
    const id = params['trace_id'] ?? ''
    const is_graph = viewer.url.searchParams.get('view') === 'graph'
    const view = is_graph ? await paint(GraphView, found) : await paint(TraceView, found)
    const list = viewer.to('/', { project_id: viewer.url.searchParams.get('project_id') })
    return html(
      <Shell
        asked={found}
        title={`${viewer.text.trace.title} ${plain(id)}`}
        path={
          <>
            <a href={list}>
              <Said>{project?.name ?? viewer.text.list.title}</Said>
            </a>
            <span aria-current="page">{viewer.text.trace.title}</span>
          </>
        }
      >
        {view}
        <KeysDialog viewer={viewer} />
        <script type="module" src={assets.url('graph.js')} data-d3={assets.url('d3-zoom.js')}></script>
      </Shell>,
    )
  })
