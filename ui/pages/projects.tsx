import type { Child } from 'hono/jsx'
import { listProjects } from '#shared/contract/projects.ts'
import { html } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { Icon } from '../parts/icon.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { ProjectTable } from '../parts/project-table.tsx'
import { count } from '../parts/quantity.ts'
import { Shell } from '../parts/shell.tsx'
import { defaultProject, type Project } from '../projects/default-project.ts'
import { ChoiceForm, given, TextField } from '../records/choices.tsx'
import type { Viewer } from '../viewer.ts'

/** So many stand on the page; others are found by their name. */
const MOST = 50

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

const folded = (text: string) => text.normalize('NFC').toLowerCase()

/** The newest projects that are looked for; the one that is managed is always among them, and the default one. */
function choose(viewer: Viewer, projects: Project[]) {
  const managed = given(viewer, 'manage')
  const word = folded(given(viewer, 'name') ?? '')
  const matching = projects.filter(({ id, name }) => id === managed || folded(name).includes(word))
  const newest = matching.slice(0, MOST)
  const beyond = matching.slice(MOST).filter(({ id, is_default }) => id === managed || is_default)
  return { matching, shown: [...beyond, ...newest] }
}

const List = ({ asked: { viewer, site }, projects }: { asked: Asked; projects: Project[] }) => {
  const { project: text, records } = viewer.text
  const { matching, shown } = choose(viewer, projects)
  const is_long = projects.length > MOST
  return (
    <>
      {is_long && (
        <ChoiceForm viewer={viewer} path="/projects">
          <TextField viewer={viewer} name="name" label={text.name_contains} />
        </ChoiceForm>
      )}
      {shown.length === 0 ? (
        <p class="empty">{records.nothing}</p>
      ) : (
        <ProjectTable viewer={viewer} projects={shown} fallback={defaultProject(site.dev_key, projects)} />
      )}
      {matching.length > shown.length && (
        <p class="hint">{text.newest_of(count(viewer, shown.length), count(viewer, matching.length))}</p>
      )}
    </>
  )
}

/** The page of all projects, with what an act before it has to say. */
export async function showProjects(asked: Asked, outcome: Outcome = {}): Promise<Response> {
  const { viewer, ask } = asked
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
          <List asked={asked} projects={projects} />
        )}
      </section>
    </Shell>,
    outcome.status ?? 200,
  )
}

/** `/projects`: choose, make and manage projects. */
export const projectsPage = (asked: Asked): Promise<Response> => showProjects(asked)
