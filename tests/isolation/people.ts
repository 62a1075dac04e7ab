import { newToken } from '../../ui/sessions/cookies.ts'
import { csrfOf } from '../../ui/sessions/csrf.ts'
import { openSession } from '../../ui/sessions/sessions.ts'
import type { Furnished } from './furnish.ts'
import type { House } from './open-house.ts'

type Standing = {
  role?: 'viewer' | 'member' | 'admin'
  /** The role is on another project than the one that is asked for. */
  elsewhere?: boolean
  is_admin?: boolean
  disabled?: boolean
}

/** Everybody who may sit before the pages, in the order of the table; nobody has not signed in. */
export const PEOPLE: Record<string, Standing | null> = {
  nobody: null,
  disabled: { role: 'admin', disabled: true },
  roleless: {},
  outsider: { role: 'admin', elsewhere: true },
  viewer: { role: 'viewer' },
  member: { role: 'member' },
  manager: { role: 'admin' },
  hub: { is_admin: true },
}

/** A browser of one person: its cookie, and the word that its forms bring along. */
export type Browser = { cookie: string; csrf: string; session_id: string }

async function person({ sql }: House, { is_admin = false, disabled = false }: Standing): Promise<string> {
  const person_id = crypto.randomUUID()
  await sql`
    insert into people (person_id, email, name, is_admin, created_at, disabled_at)
    values (${person_id}, ${`${person_id}@example.test`}, 'Somebody', ${is_admin}, now(),
      ${disabled ? new Date() : null})`
  return person_id
}

/** An administrator of the hub who stays, without whom nobody may be changed. */
export async function administrator(house: House): Promise<void> {
  const person_id = await person(house, { is_admin: true })
  await house.sql`update people set password_hash = 'of nobody' where person_id = ${person_id}`
}

/** A further person, on whom the acts of administrators are tried. */
export const someone = (house: House): Promise<string> => person(house, {})

/** A new person of that standing, who has just signed in, and is so in a second browser too. */
export async function signIn(
  house: House,
  standing: Standing | null,
  home: Furnished,
  other: Furnished,
): Promise<Browser> {
  const { sql, deps } = house
  const secret = deps.config.secret_key
  if (standing === null) {
    const token = newToken()
    const csrf = csrfOf(secret, `visitor ${token}`)
    return { cookie: `hub_visitor=${token}`, csrf, session_id: crypto.randomUUID() }
  }
  const person_id = await person(house, standing)
  const { role, elsewhere } = standing
  if (role !== undefined) {
    const { project_id } = elsewhere ? other : home
    await sql`insert into memberships (person_id, project_id, role) values (${person_id}, ${project_id}, ${role})`
  }
  const opening = { person_id, now: deps.clock(), user_agent: null }
  await openSession(sql, opening)
  const [further] = await sql<{ session_id: string }[]>`
    select session_id from sessions where person_id = ${person_id}`
  const token = await openSession(sql, opening)
  const csrf = csrfOf(secret, `session ${token}`)
  return { cookie: `hub_session=${token}`, csrf, session_id: further?.session_id ?? '' }
}
