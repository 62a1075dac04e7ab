import { hash } from 'node:crypto'
import { writeAudit } from '#shared/store/audit.ts'
import { newToken } from '../sessions/cookies.ts'
import { endSessions } from '../sessions/sessions.ts'
import { changePerson, type Changed } from './change-person.ts'
import type { Hall } from './hall.ts'

/** How long the link of an invitation works. */
const INVITATION_MS = 7 * 24 * 3_600_000

const digestOf = (token: string) => hash('sha256', token, 'buffer')

type Added = { email: string; name: string; is_admin: boolean; by: string }

/** Adds a person, who sets a password through the link with this token; null when the address is taken. */
export async function addPerson({ database, clock }: Hall, added: Added): Promise<string | null> {
  const now = clock()
  const at = new Date(now)
  const token = newToken()
  const person_id = crypto.randomUUID()
  const { email, name, is_admin, by } = added
  return database.sql.begin(async (tx) => {
    const rows = await tx`
      insert into people (person_id, email, name, is_admin, invitation_digest, invited_until, created_at)
      values (${person_id}, ${email}, ${name}, ${is_admin}, ${digestOf(token)}, ${new Date(now + INVITATION_MS)}, ${at})
      on conflict (email) do nothing returning person_id`
    if (rows.length === 0) return null
    const detail = { email, is_admin }
    await writeAudit(tx, {
      at,
      actor: by,
      action: 'person.added',
      project_no: null,
      subject: person_id,
      detail,
    })
    return token
  })
}

/** Ends a person's password and sessions, and gives the token of a link that sets a new one. */
export async function inviteAnew(
  hall: Hall,
  person_id: string,
  by: string,
): Promise<{ changed: Changed; token: string }> {
  const now = hall.clock()
  const token = newToken()
  const changed = await changePerson(hall, person_id, async (tx) => {
    await tx`
      update people set password_hash = null, invitation_digest = ${digestOf(token)},
        invited_until = ${new Date(now + INVITATION_MS)}
      where person_id = ${person_id}`
    await endSessions(tx, person_id)
    const deed = { at: new Date(now), actor: by, action: 'person.invited_anew', project_no: null } as const
    await writeAudit(tx, { ...deed, subject: person_id })
  })
  return { changed, token }
}

/** Whom a link invites, while it works. */
export async function findInvited(
  { database, clock }: Hall,
  token: string,
): Promise<{ person_id: string; email: string; name: string } | null> {
  const [row] = await database.sql<{ person_id: string; email: string; name: string }[]>`
    select person_id, email, name from people
    where invitation_digest = ${digestOf(token)} and invited_until > ${new Date(clock())} and disabled_at is null`
  return row ?? null
}

/** Takes an invitation: the password is set and the link is spent; null when it was spent before. */
export async function takeInvitation(
  { database, clock }: Hall,
  token: string,
  password_hash: string,
): Promise<string | null> {
  const at = new Date(clock())
  return database.sql.begin(async (tx) => {
    const [row] = await tx<{ person_id: string }[]>`
      update people set password_hash = ${password_hash}, invitation_digest = null, invited_until = null
      where invitation_digest = ${digestOf(token)} and invited_until > ${at} and disabled_at is null
      returning person_id`
    if (!row) return null
    const { person_id } = row
    await writeAudit(tx, {
      at,
      actor: person_id,
      action: 'person.password_changed',
      project_no: null,
      subject: person_id,
    })
    return person_id
  })
}
