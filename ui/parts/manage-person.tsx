import type { PropsWithChildren } from 'hono/jsx'
import { ROLES } from '#shared/http/actor.ts'
import type { ListedPerson } from '../people/read-people.ts'
import type { Project } from '../projects/default-project.ts'
import type { Viewer } from '../viewer.ts'
import { PostForm } from './post-form.tsx'

type At = { viewer: Viewer; person: ListedPerson }

const Act = ({ title, means, children }: PropsWithChildren<{ title: string; means: string }>) => (
  <section class="act">
    <h3>{title}</h3>
    <p class="hint">{means}</p>
    {children}
  </section>
)

/** One button that does one thing to the person. */
const Button = ({
  viewer,
  person,
  act,
  name,
  danger = false,
}: At & { act: string; name: string; danger?: boolean }) => (
  <PostForm viewer={viewer} action={viewer.to(`/people/${person.person_id}/${act}`)}>
    <button class={danger ? 'button danger' : 'button'} type="submit">
      {name}
    </button>
  </PostForm>
)

const RoleForm = ({ viewer, person, projects }: At & { projects: Project[] }) => {
  const { people: text, account } = viewer.text
  return (
    <PostForm viewer={viewer} action={viewer.to(`/people/${person.person_id}/role`)} class="fields">
      <label class="field">
        <span>{text.project}</span>
        <select name="project_id">
          {projects.map(({ id, name }) => {
            const role = person.roles[id]
            return <option value={id}>{role ? `${name} (${account.roles[role]})` : name}</option>
          })}
        </select>
      </label>
      <label class="field">
        <span>{text.role}</span>
        <select name="role">
          {ROLES.map((role) => (
            <option value={role}>{account.roles[role]}</option>
          ))}
          <option value="">{text.no_role}</option>
        </select>
      </label>
      <button class="button" type="submit">
        {text.set_role}
      </button>
    </PostForm>
  )
}

/** Everything that can be done to one person. */
export const ManagePerson = ({ viewer, person, projects }: At & { projects: Project[] }) => {
  const { people: text } = viewer.text
  const off = person.state === 'disabled'
  const admin_name = person.is_admin ? text.no_admin : text.make_admin
  return (
    <div class="manage">
      {projects.length > 0 && (
        <section class="act">
          <h3>{text.roles}</h3>
          <p class="hint">{text.roles_mean}</p>
          <RoleForm viewer={viewer} person={person} projects={projects} />
        </section>
      )}
      <div class="acts">
        <Act title={admin_name} means={text.admin_means}>
          <Button
            viewer={viewer}
            person={person}
            act={person.is_admin ? 'no-admin' : 'admin'}
            name={admin_name}
          />
        </Act>
        {!off && (
          <Act title={text.reset} means={text.reset_means}>
            <Button viewer={viewer} person={person} act="invite" name={text.reset} danger={true} />
          </Act>
        )}
        <Act title={off ? text.enable : text.disable} means={off ? text.enable_means : text.disable_means}>
          <Button
            viewer={viewer}
            person={person}
            act={off ? 'enable' : 'disable'}
            name={off ? text.enable : text.disable}
            danger={!off}
          />
        </Act>
      </div>
    </div>
  )
}
