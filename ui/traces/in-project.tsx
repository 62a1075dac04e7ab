import { listProjects } from '#shared/contract/projects.ts'
import { html } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import type { Project } from '../projects/default-project.ts'
import { moved } from '../viewer.ts'
import { findTrace } from './find-trace.ts'

const Choice = ({ asked, projects }: { asked: Asked; projects: Project[] }) => {
  const { viewer } = asked
  const { trace: text } = viewer.text
  return (
    <Shell asked={asked} title={text.title}>
      <section class="empty">
        <h1>{text.several}</h1>
        <p>{text.several_next}</p>
        <ul class="choices">
          {projects.map(({ id, name }) => (
            <li>
              <a class="button" href={viewer.keep(viewer.url.pathname, { project_id: id })}>
                <Said>{name}</Said>
              </a>
            </li>
          ))}
        </ul>
      </section>
    </Shell>
  )
}

/**
 * Shows a page about a trace in the project that the address names; without one, in the only project that has the
 * trace. Of several the viewer chooses.
 */
export async function inProject(
  asked: Asked,
  show: (asked: Asked, project: Project | null) => Promise<Response>,
): Promise<Response> {
  const named = asked.viewer.url.searchParams.get('project_id')
  if (named) {
    const projects = await asked.ask(listProjects, {})
    return show(asked, projects.find(({ id }) => id === named.toLowerCase()) ?? null)
  }
  const found = await findTrace(asked)
  const [only] = found
  if (!only) return notFound(asked)
  if (found.length > 1) return html(<Choice asked={asked} projects={found} />)
  return show({ ...asked, viewer: moved(asked.viewer, { project_id: only.id }) }, only)
}
