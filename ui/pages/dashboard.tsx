import { listProjects } from '#shared/contract/projects.ts'
import { html, redirect } from '../answer.tsx'
import { paint, type Asked } from '../fragment.ts'
import { Figures } from '../fragments/figures.tsx'
import { TraceList } from '../fragments/trace-list.tsx'
import { FilterForm } from '../parts/filter-form.tsx'
import { Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import { defaultProject } from '../projects/default-project.ts'

/** A form sends its empty fields too; the address is kept to what was chosen. */
function tidied({ searchParams }: URL): string | null {
  const kept = [...searchParams].filter(([, value]) => value !== '')
  return kept.length === searchParams.size ? null : `/?${new URLSearchParams(kept)}`
}

/** `/?project_id=`: the traces of one project, live. Without a project: to the choice of projects. */
export async function dashboard(asked: Asked): Promise<Response> {
  const { viewer, ask, site } = asked
  const project_id = viewer.url.searchParams.get('project_id')
  if (!project_id) return redirect(viewer.to('/projects'))
  const tidy = tidied(viewer.url)
  if (tidy) return redirect(tidy)
  const [projects, list, figures] = await Promise.all([
    ask(listProjects, {}),
    paint(TraceList, asked),
    paint(Figures, asked),
  ])
  const project = projects.find(({ id }) => id === project_id.toLowerCase())
  const name = project?.name ?? ''
  return html(
    <Shell
      asked={asked}
      title={name}
      path={
        <span aria-current="page">
          <Said>{name}</Said>
        </span>
      }
    >
      <div class="page-head">
        <h1>
          <Said>{name}</Said>
          {project && project === defaultProject(site.dev_key, projects) && (
            <span class="pill" title={viewer.text.project.default_means}>
              {viewer.text.project.default_mark}
            </span>
          )}
        </h1>
        <a class="button small" href={`${viewer.to('/projects', { manage: project_id })}#manage`}>
          {viewer.text.project.manage}
        </a>
      </div>
      {figures}
      <FilterForm viewer={viewer} />
      {list}
    </Shell>,
  )
}
