import { html } from '../answer.tsx'
import { paint, type Asked } from '../fragment.ts'
import { TraceView } from '../fragments/trace-view.tsx'
import { plain, Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import type { Project } from '../projects/default-project.ts'
import { inProject } from '../traces/in-project.tsx'

/** `/traces/{id}`: one trace, live while it runs. */
export const tracePage = (asked: Asked): Promise<Response> =>
  inProject(asked, async (found: Asked, project: Project | null) => {
    const { viewer, params } = found
    const id = params['trace_id'] ?? ''
    const view = await paint(TraceView, found)
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
      </Shell>,
    )
  })
