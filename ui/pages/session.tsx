import { listProjects } from '#shared/contract/projects.ts'
import { html, redirect } from '../answer.tsx'
import { paint, type Asked } from '../fragment.ts'
import { SessionView } from '../fragments/session-view.tsx'
import { Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'

/** `/sessions/{id}?project_id=`: one conversation. */
export async function sessionPage(asked: Asked): Promise<Response> {
  const { viewer, ask, params } = asked
  const { sessions: text } = viewer.text
  const project_id = viewer.url.searchParams.get('project_id')
  if (!project_id) return redirect(viewer.to('/projects'))
  const [projects, view] = await Promise.all([ask(listProjects, {}), paint(SessionView, asked)])
  const name = projects.find(({ id }) => id === project_id.toLowerCase())?.name ?? ''
  return html(
    <Shell
      asked={asked}
      title={`${text.one} ${params['session_id'] ?? ''}`}
      path={
        <>
          <a href={viewer.to('/', { project_id })}>
            <Said>{name}</Said>
          </a>
          <a href={viewer.to('/sessions', { project_id })}>{text.title}</a>
          <span aria-current="page">{text.one}</span>
        </>
      }
    >
      {view}
    </Shell>,
  )
}
