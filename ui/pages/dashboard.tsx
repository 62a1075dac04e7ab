import { listProjects } from '#shared/contract/projects.ts'
import { html, redirect } from '../answer.tsx'
import { paint, type Asked } from '../fragment.ts'
import { Figures } from '../fragments/figures.tsx'
import { TraceList } from '../fragments/trace-list.tsx'
import { mayManage } from '../people/person.ts'
import { FilterForm } from '../parts/filter-form.tsx'
import { Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import { WindowForm } from '../parts/window-form.tsx'
import { defaultProject } from '../projects/default-project.ts'
import { loadValues } from '../traces/load-values.ts'
import { tidied } from '../traces/tidy.ts'
import { loadViews } from '../views/keep-view.ts'

/** `/?project_id=`: the traces of one project, live. Without a project: to the choice of projects. */
export async function dashboard(asked: Asked): Promise<Response> {
  const { viewer, ask, site } = asked
  const project_id = viewer.url.searchParams.get('project_id')
  if (!project_id) return redirect(viewer.to('/projects'))
  const tidy = tidied(viewer.url)
  if (tidy) return redirect(tidy)
  const [projects, list, figures, values, views] = await Promise.all([
    ask(listProjects, {}),
    paint(TraceList, asked),
    paint(Figures, asked),
    loadValues(asked),
    loadViews(asked),
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
        {mayManage(viewer.person, project_id) && (
          <a class="button small" href={`${viewer.to('/projects', { manage: project_id })}#manage`}>
            {viewer.text.project.manage}
          </a>
        )}
        <WindowForm viewer={viewer} />
      </div>
      {figures}
      <FilterForm viewer={viewer} values={values} views={views} />
      {list}
    </Shell>,
  )
}
