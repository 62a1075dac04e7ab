import type { ListedPerson } from '../people/read-people.ts'
import type { Project } from '../projects/default-project.ts'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { ManagePerson } from './manage-person.tsx'
import { Said } from './said.tsx'
import { Time } from './time.tsx'

const COLUMNS = 5

const LOOKS = { active: 'success', invited: 'running', late: 'stale', disabled: 'cancelled' } as const

const Where = ({
  viewer,
  person,
  projects,
}: {
  viewer: Viewer
  person: ListedPerson
  projects: Project[]
}) => {
  const { people: text, account } = viewer.text
  if (person.is_admin) return <span class="pill">{text.all_projects}</span>
  const known = projects.filter(({ id }) => person.roles[id] !== undefined)
  if (known.length === 0) return <span class="quiet">{text.no_projects}</span>
  return (
    <ul>
      {known.map(({ id, name }) => (
        <li>
          <Said>{name}</Said> <span class="pill">{account.roles[person.roles[id] ?? 'viewer']}</span>
        </li>
      ))}
    </ul>
  )
}

type RowProps = { viewer: Viewer; person: ListedPerson; projects: Project[]; managed: boolean }

const Row = ({ viewer, person, projects, managed }: RowProps) => {
  const { people: text, project } = viewer.text
  const look = LOOKS[person.state]
  const manage = `${viewer.to('/people', { person: person.person_id })}#manage`
  return (
    <tr role="row" class={managed ? 'is-managed' : undefined}>
      <th scope="row" role="rowheader" class="cell-name">
        <Said>{person.name}</Said>
        <span class="sub">
          <Said>{person.email}</Said>
        </span>
      </th>
      <td role="cell" data-label={text.state}>
        <span class={`state state-${look}`}>
          <Icon name={look} />
          {text.states[person.state]}
        </span>
      </td>
      <td role="cell" data-label={text.projects}>
        <Where viewer={viewer} person={person} projects={projects} />
      </td>
      <td role="cell" data-label={text.seen}>
        {person.last_seen_at === null ? (
          <span class="quiet">{project.never}</span>
        ) : (
          <Time viewer={viewer} at={person.last_seen_at.toISOString()} relative={true} />
        )}
      </td>
      <td role="cell" class="cell-acts">
        <a
          class="button small"
          href={managed ? viewer.to('/people') : manage}
          aria-expanded={String(managed)}
        >
          {managed ? viewer.text.close : text.manage}
        </a>
      </td>
    </tr>
  )
}

/** All people; the one that the URL names opens to be managed. */
export const PeopleTable = ({
  viewer,
  people,
  projects,
}: {
  viewer: Viewer
  people: ListedPerson[]
  projects: Project[]
}) => {
  const { people: text } = viewer.text
  const wanted = viewer.url.searchParams.get('person')
  return (
    <div class="table-box" role="region" aria-label={text.list} tabindex={0}>
      <table class="projects people" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {[text.person, text.state, text.projects, text.seen].map((name) => (
              <th scope="col" role="columnheader">
                {name}
              </th>
            ))}
            <th scope="col" role="columnheader">
              <span class="unseen">{text.manage}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {people.map((person) => (
            <>
              <Row
                viewer={viewer}
                person={person}
                projects={projects}
                managed={person.person_id === wanted}
              />
              {person.person_id === wanted && (
                <tr role="row" id="manage" class="manage-row">
                  <td role="cell" colspan={COLUMNS}>
                    <ManagePerson viewer={viewer} person={person} projects={projects} />
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
