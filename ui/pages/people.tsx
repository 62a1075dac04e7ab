import type { Child } from 'hono/jsx'
import { listProjects } from '#shared/contract/projects.ts'
import { html } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { PeopleTable } from '../parts/people-table.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { Shell } from '../parts/shell.tsx'
import type { Hall } from '../people/hall.ts'
import { listPeople } from '../people/read-people.ts'
import type { Viewer } from '../viewer.ts'

/** What an act on a person leaves on the page that follows it. */
export type PeopleOutcome = {
  status?: number
  refused?: { message: string; name: string; email: string }
  news?: Child
}

const AddForm = ({ viewer, refused }: { viewer: Viewer; refused: PeopleOutcome['refused'] }) => {
  const { people: text, account } = viewer.text
  return (
    <section class="card" aria-labelledby="add-title">
      <h2 id="add-title">{text.add}</h2>
      <p class="hint">{text.add_means}</p>
      {refused && (
        <p class="field-problem" role="alert">
          <Icon name="error" />
          {refused.message}
        </p>
      )}
      <PostForm viewer={viewer} action={viewer.to('/people')} class="fields">
        <Field label={account.name} name="name" value={refused?.name ?? ''} maxlength={255} />
        <Field label={account.email} name="email" type="email" value={refused?.email ?? ''} />
        <label class="check">
          <input type="checkbox" name="is_admin" value="yes" />
          <span>{account.hub_admin}</span>
        </label>
        <button class="button primary" type="submit">
          <Icon name="plus" />
          {text.add}
        </button>
      </PostForm>
    </section>
  )
}

/** `/people`: who may sign in and do what, for administrators of the hub. */
export async function showPeople(hall: Hall, asked: Asked, outcome: PeopleOutcome = {}): Promise<Response> {
  const { viewer, ask } = asked
  const { people: text } = viewer.text
  const [people, projects] = await Promise.all([listPeople(hall), ask(listProjects, {})])
  return html(
    <Shell asked={asked} title={text.title}>
      <div class="page-head">
        <h1>{text.title}</h1>
      </div>
      <p class="lead">{text.lead}</p>
      {outcome.news}
      <AddForm viewer={viewer} refused={outcome.refused} />
      <section aria-labelledby="list-title">
        <h2 id="list-title">{text.list}</h2>
        <PeopleTable viewer={viewer} people={people} projects={projects} />
      </section>
    </Shell>,
    outcome.status,
  )
}
