import { listAudit } from '#shared/contract/audit.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import { listProjects } from '#shared/contract/projects.ts'
import { html } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { Icon } from '../parts/icon.tsx'
import { Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import { Time } from '../parts/time.tsx'
import type { Project } from '../projects/default-project.ts'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'

type Line = Output<typeof listAudit>['items'][number]

const Who = ({ viewer, line }: { viewer: Viewer; line: Line }) =>
  line.actor_name === null ? (
    <Said>{line.actor === 'admin' ? viewer.text.audit.admin_key : line.actor}</Said>
  ) : (
    <Said>{line.actor_name}</Said>
  )

const Row = ({ viewer, line }: { viewer: Viewer; line: Line }) => {
  const { audit: text } = viewer.text
  const details = Object.entries(line.detail)
  return (
    <tr role="row">
      <td role="cell" data-label={text.when}>
        <Time viewer={viewer} at={line.at} relative={true} />
      </td>
      <td role="cell" data-label={text.who}>
        <Who viewer={viewer} line={line} />
      </td>
      <td role="cell" data-label={text.what}>
        {wordFor(text.actions, line.action) ?? <Said>{line.action}</Said>}
        {details.length > 0 && (
          <details class="sub">
            <summary>{text.more}</summary>
            <code>
              <Said>{details.map(([name, value]) => `${name}: ${String(value)}`).join('\n')}</Said>
            </code>
          </details>
        )}
      </td>
      <td role="cell" data-label={text.whom}>
        <Said>{line.subject_name ?? line.subject ?? ''}</Said>
      </td>
      <td role="cell" data-label={text.project}>
        {line.project_name === null ? (
          <span class="quiet">{text.whole_hub}</span>
        ) : (
          <Said>{line.project_name}</Said>
        )}
      </td>
    </tr>
  )
}

const Choose = ({ viewer, projects }: { viewer: Viewer; projects: Project[] }) => {
  const { audit: text, filter } = viewer.text
  const chosen = viewer.url.searchParams.get('project_id')
  const kept = ['lang', 'theme'].map((name) => ({ name, value: viewer.url.searchParams.get(name) }))
  return (
    <section class="filter" aria-label={filter.title}>
      <form method="get" action="/audit" role="search" class="fields choices-form">
        {kept.map(({ name, value }) => value && <input type="hidden" name={name} value={value} />)}
        <label class="field">
          <span>{text.project}</span>
          <select name="project_id">
            <option value="">{text.any}</option>
            {projects.map(({ id, name }) => (
              <option value={id} selected={id === chosen}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button class="button primary" type="submit">
          <Icon name="search" />
          {filter.apply}
        </button>
      </form>
    </section>
  )
}

/** `/audit`: who did what, for administrators of the hub. */
export async function auditPage(asked: Asked): Promise<Response> {
  const { viewer, ask } = asked
  const { audit: text } = viewer.text
  const given = (name: string) => viewer.url.searchParams.get(name) || undefined
  const [project_id, cursor] = [given('project_id'), given('cursor')]
  const query = { ...(project_id !== undefined && { project_id }), ...(cursor !== undefined && { cursor }) }
  const [{ items, next_cursor }, projects] = await Promise.all([
    ask(listAudit, { query }),
    ask(listProjects, {}),
  ])
  return html(
    <Shell asked={asked} title={text.title}>
      <div class="page-head">
        <h1>{text.title}</h1>
      </div>
      <p class="lead">{text.lead}</p>
      <Choose viewer={viewer} projects={projects} />
      {items.length === 0 ? (
        <p class="empty">{text.empty}</p>
      ) : (
        <div class="table-box" role="region" aria-label={text.title} tabindex={0}>
          <table class="projects audit" role="table">
            <thead role="rowgroup">
              <tr role="row">
                {[text.when, text.who, text.what, text.whom, text.project].map((name) => (
                  <th scope="col" role="columnheader">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {items.map((line) => (
                <Row viewer={viewer} line={line} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <nav class="pager" aria-label={text.title}>
        {cursor && <a href={viewer.keep('/audit', { cursor: null })}>{text.newest}</a>}
        {next_cursor && <a href={viewer.keep('/audit', { cursor: next_cursor })}>{text.older}</a>}
      </nav>
    </Shell>,
  )
}
