import type { Child } from 'hono/jsx'
import { listProjects } from '#shared/contract/projects.ts'
import { html } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { Icon } from '../parts/icon.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { ProjectTable } from '../parts/project-table.tsx'
import { Shell } from '../parts/shell.tsx'
import { defaultProject } from '../projects/default-project.ts'
import type { Viewer } from '../viewer.ts'

/** What an act on a project leaves on the page that follows it. */
export type Outcome = {
  status?: number
  /** Why no project was made, and the name that was tried. */
  refused?: { message: string; name: string }
  /** What to say on top. */
  news?: Child
}

const CreateForm = ({ viewer, refused }: { viewer: Viewer; refused: Outcome['refused'] }) => {
  const { text } = viewer
  return (
    <section class="card" aria-labelledby="create-title">
      <h2 id="create-title">{text.project.create}</h2>
      <PostForm viewer={viewer} action={viewer.to('/projects')} class="fields">
        <label class="field field-search">
          <span>{text.project.name}</span>
          <input
            type="text"
            name="name"
            value={refused?.name ?? ''}
            maxlength={255}
            required={true}
            placeholder={text.project.name_hint}
            autocomplete="off"
            aria-invalid={refused ? 'true' : undefined}
            aria-describedby={refused ? 'name-problem' : undefined}
          />
        </label>
        <button class="button primary" type="submit">
          <Icon name="plus" />
          {text.project.create}
        </button>
      </PostForm>
      {refused && (
        <p class="field-problem" id="name-problem" role="alert">
          <Icon name="error" />
          {refused.message}
        </p>
      )}
    </section>
  )
}

/** The page of all projects, with what an act before it has to say. */
export async function showProjects(asked: Asked, outcome: Outcome = {}): Promise<Response> {
  const { viewer, ask, site } = asked
  const { text } = viewer
  const projects = await ask(listProjects, {})
  return html(
    <Shell asked={asked} title={text.project.title}>
      <div class="page-head">
        <h1>{text.project.title}</h1>
        {viewer.person?.is_admin && (
          <a class="button small" href={viewer.to('/audit')}>
            {text.audit.title}
          </a>
        )}
      </div>
      <p class="lead">{text.project.lead}</p>
      {outcome.news}
      {viewer.person?.is_admin && <CreateForm viewer={viewer} refused={outcome.refused} />}
      <section aria-labelledby="list-title">
        <h2 id="list-title">{text.project.list}</h2>
        {projects.length === 0 ? (
          <p class="empty">{viewer.person?.is_admin ? text.project.empty : text.project.none_yours}</p>
        ) : (
          <ProjectTable
            viewer={viewer}
            projects={projects}
            fallback={defaultProject(site.dev_key, projects)}
          />
        )}
      </section>
    </Shell>,
    outcome.status ?? 200,
  )
}

/** `/projects`: choose, make and manage projects. */
export const projectsPage = (asked: Asked): Promise<Response> => showProjects(asked)
