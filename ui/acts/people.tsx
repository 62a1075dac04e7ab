import { listProjects } from '#shared/contract/projects.ts'
import { remoteOf } from '#shared/http/remote.ts'
import { isUuid } from '#shared/ids.ts'
import { redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { showPeople } from '../pages/people.tsx'
import { notFound } from '../pages/problem.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Notice } from '../parts/notice.tsx'
import { plain } from '../parts/said.tsx'
import { setDisabled, setHubAdmin, setRole, type Changed } from '../people/change-person.ts'
import type { Hall } from '../people/hall.ts'
import { addPerson, inviteAnew } from '../people/invite.ts'
import { isRole } from '../people/person.ts'
import { listPeople } from '../people/read-people.ts'
import { readEmail, readName } from '../people/said-fields.ts'
import type { Viewer } from '../viewer.ts'
import { readForm } from './read-form.ts'

const by = ({ viewer }: Asked) => viewer.person?.person_id ?? ''

const InvitationLink = ({ viewer, title, link }: { viewer: Viewer; title: string; link: string }) => {
  const { people: text } = viewer.text
  return (
    <Notice kind="good" title={title}>
      <p class="the-key">
        <code id="invitation">{link}</code>
        <CopyButton viewer={viewer} what={text.link} from="invitation" />
      </p>
      <p>{text.link_means}</p>
      <a class="button" href={viewer.to('/people')}>
        {text.done}
      </a>
    </Notice>
  )
}

/** The link as the person who invites reaches the hub. */
function linkOf({ proxies }: Hall, { request, viewer }: Asked, token: string): string {
  const host = request.headers.get('host') ?? viewer.url.host
  return `${remoteOf(request, proxies).secure ? 'https' : 'http'}://${host}${viewer.to(`/invitation/${token}`)}`
}

/** `POST /people`: adds a person and shows the link to set a password, once. */
export async function addToPeople(hall: Hall, asked: Asked): Promise<Response> {
  const { viewer, request } = asked
  const { people: text, account } = viewer.text
  const form = await readForm(request)
  const said = { name: form.get('name') ?? '', email: form.get('email') ?? '' }
  const refuse = (message: string) => showPeople(hall, asked, { status: 422, refused: { message, ...said } })
  const name = readName(said.name)
  const email = readEmail(said.email)
  if (name === null) return refuse(account.bad_name)
  if (email === null) return refuse(account.bad_email)
  const is_admin = form.get('is_admin') === 'yes'
  const token = await addPerson(hall, { email, name, is_admin, by: by(asked) })
  if (token === null) return refuse(text.taken)
  const link = linkOf(hall, asked, token)
  const news = <InvitationLink viewer={viewer} title={text.added(plain(name))} link={link} />
  return showPeople(hall, asked, { news })
}

/** `POST /people/…/invite`: ends the password and shows a link to set a new one. */
export async function invite(hall: Hall, asked: Asked): Promise<Response> {
  const { viewer } = asked
  const person_id = asked.params['person_id'] ?? ''
  if (!isUuid(person_id)) return notFound(asked)
  const { changed, token } = await inviteAnew(hall, person_id, by(asked))
  if (changed !== 'done') return after(hall, asked, changed)
  const name = (await listPeople(hall)).find((person) => person.person_id === person_id)?.name ?? ''
  const title = viewer.text.people.reset_done(plain(name))
  const news = <InvitationLink viewer={viewer} title={title} link={linkOf(hall, asked, token)} />
  return showPeople(hall, asked, { news })
}

async function after(hall: Hall, asked: Asked, changed: Changed): Promise<Response> {
  const { viewer, params } = asked
  if (changed === 'nobody') return notFound(asked)
  if (changed === 'last_admin') {
    const news = <Notice kind="bad" title={viewer.text.people.last_admin} />
    return showPeople(hall, asked, { status: 409, news })
  }
  return redirect(`${viewer.to('/people', { person: params['person_id'] })}#manage`)
}

type Change = (hall: Hall, person_id: string, by: string) => Promise<Changed>

/** An act on one person. */
const acting =
  (change: Change) =>
  async (hall: Hall, asked: Asked): Promise<Response> => {
    const person_id = asked.params['person_id'] ?? ''
    if (!isUuid(person_id)) return notFound(asked)
    return after(hall, asked, await change(hall, person_id, by(asked)))
  }

export const disable = acting((hall, person_id, who) => setDisabled(hall, person_id, true, who))
export const enable = acting((hall, person_id, who) => setDisabled(hall, person_id, false, who))
export const makeAdmin = acting((hall, person_id, who) => setHubAdmin(hall, person_id, true, who))
export const noAdmin = acting((hall, person_id, who) => setHubAdmin(hall, person_id, false, who))

/** `POST /people/…/role`: gives a role in a project, another one, or none. */
export async function giveRole(hall: Hall, asked: Asked): Promise<Response> {
  const form = await readForm(asked.request)
  const person_id = asked.params['person_id'] ?? ''
  const project_id = form.get('project_id') ?? ''
  const wanted = form.get('role') ?? ''
  const projects = await asked.ask(listProjects, {})
  const fits = wanted === '' || isRole(wanted)
  if (!isUuid(person_id) || !fits || !projects.some(({ id }) => id === project_id)) return notFound(asked)
  const role = isRole(wanted) ? wanted : null
  return after(hall, asked, await setRole(hall, { person_id, project_id, role, by: by(asked) }))
}
