import type { Project } from '../projects/default-project.ts'
import { mayManage } from '../people/person.ts'
import type { Viewer } from '../viewer.ts'
import { ManageProject } from './manage-project.tsx'
import { Icon } from './icon.tsx'
import { count } from './quantity.ts'
import { Said } from './said.tsx'
import { Time } from './time.tsx'

const COLUMNS = 8

const Active = ({ viewer, project }: { viewer: Viewer; project: Project }) =>
  project.is_active ? (
    <span class="state state-success">
      <Icon name="success" />
      {viewer.text.project.active}
    </span>
  ) : (
    <span class="state state-cancelled">
      <Icon name="cancelled" />
      {viewer.text.project.inactive}
    </span>
  )

const Ingestion = ({ viewer, project }: { viewer: Viewer; project: Project }) => {
  const { text } = viewer
  if (!project.is_active) return <span class="pill">{text.project.blocked}</span>
  return project.key_activated ? (
    <span class="pill pill-good">{text.project.ready}</span>
  ) : (
    <span class="pill pill-warn">{text.project.needs_rotation}</span>
  )
}

type RowProps = { viewer: Viewer; project: Project; is_default: boolean; managed: boolean }

const Row = ({ viewer, project, is_default, managed }: RowProps) => {
  const { text } = viewer
  return (
    <tr role="row" class={managed ? 'is-managed' : undefined}>
      <th scope="row" role="rowheader" class="cell-name">
        {project.is_active ? (
          <a href={viewer.to('/', { project_id: project.id })}>
            <Said>{project.name}</Said>
          </a>
        ) : (
          <Said>{project.name}</Said>
        )}
        {is_default && (
          <span class="pill" title={text.project.default_means}>
            {text.project.default_mark}
          </span>
        )}
      </th>
      <td role="cell" data-label={text.project.state}>
        <Active viewer={viewer} project={project} />
      </td>
      <td role="cell" data-label={text.project.ingestion}>
        <Ingestion viewer={viewer} project={project} />
      </td>
      <td role="cell" class="number" data-label={text.project.traces}>
        {count(viewer, project.trace_count)}
      </td>
      <td role="cell" class="number" data-label={text.cases.open_cases}>
        {project.open_case_count > 0 && project.is_active ? (
          <a href={viewer.to('/cases', { project_id: project.id })}>
            {count(viewer, project.open_case_count)}
          </a>
        ) : (
          count(viewer, project.open_case_count)
        )}
      </td>
      <td role="cell" data-label={text.project.last_trace}>
        {project.last_trace_at === null ? (
          <span class="quiet">{text.project.never}</span>
        ) : (
          <Time viewer={viewer} at={project.last_trace_at} relative={true} />
        )}
      </td>
      <td role="cell" data-label={text.project.created}>
        <Time viewer={viewer} at={project.created_at} />
      </td>
      <td role="cell" class="cell-acts">
        {mayManage(viewer.person, project.id) && (
          <a
            class="button small"
            href={
              managed ? viewer.to('/projects') : `${viewer.to('/projects', { manage: project.id })}#manage`
            }
            aria-expanded={managed ? 'true' : 'false'}
          >
            {managed ? text.close : text.project.manage}
          </a>
        )}
      </td>
    </tr>
  )
}

type Props = { viewer: Viewer; projects: Project[]; fallback: Project | null }

/** All projects; the one that the URL names opens to be managed. */
export const ProjectTable = ({ viewer, projects, fallback }: Props) => {
  const { project: text } = viewer.text
  const wanted = viewer.url.searchParams.get('manage')
  const managed = wanted !== null && mayManage(viewer.person, wanted) ? wanted : null
  const { open_cases } = viewer.text.cases
  const names = [text.one, text.state, text.ingestion, text.traces, open_cases, text.last_trace, text.created]
  const numbers = new Set([text.traces, open_cases])
  return (
    <div class="table-box" role="region" aria-label={text.list} tabindex={0}>
      <table class="projects" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {names.map((name) => (
              <th scope="col" role="columnheader" class={numbers.has(name) ? 'number' : undefined}>
                {name}
              </th>
            ))}
            <th scope="col" role="columnheader">
              <span class="unseen">{text.manage}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {projects.map((project) => (
            <>
              <Row
                viewer={viewer}
                project={project}
                is_default={project === fallback}
                managed={project.id === managed}
              />
              {project.id === managed && (
                <tr role="row" id="manage" class="manage-row">
                  <td role="cell" colspan={COLUMNS}>
                    <ManageProject viewer={viewer} project={project} />
                  </td>
                </tr>
              )}
            </>
          ))}
        </tbody>
      </table>
    </div>
  )
}
