import { hash } from 'node:crypto'
import type { Role } from '#shared/http/actor.ts'
import type { Sql, Transaction } from '#shared/store/connect.ts'
import type { Hall } from '../people/hall.ts'
import type { Person } from '../people/person.ts'
import { newToken } from './cookies.ts'

const IDLE_MS = 12 * 3_600_000
/** How long a session lasts at most, however much it is used. */
export const LIFE_MS = 7 * 24 * 3_600_000
const SEEN_EVERY_MS = 60_000
const LONGEST_AGENT = 255

export type Session = { session_id: string; person: Person }

type Row = Omit<Person, 'roles'> & { session_id: string; last_seen_at: Date; roles: Record<string, Role> }

const digestOf = (token: string) => hash('sha256', token, 'buffer')

/** Signs a person in: a new token, of which only the digest is kept. */
export async function openSession(
  sql: Sql | Transaction,
  { person_id, now, user_agent }: { person_id: string; now: number; user_agent: string | null },
): Promise<string> {
  const token = newToken()
  const at = new Date(now)
  await sql`delete from sessions where expires_at <= ${at}`
  await sql`
    insert into sessions (digest, session_id, person_id, created_at, expires_at, last_seen_at, user_agent)
    values (${digestOf(token)}, ${crypto.randomUUID()}, ${person_id}, ${at}, ${new Date(now + LIFE_MS)}, ${at},
      ${(user_agent ?? '').slice(0, LONGEST_AGENT)})`
  return token
}

/** The session of a token, while it lasts; `awake` is false for what a page asks by itself, which keeps none alive. */
export async function findSession(
  { database: { sql }, clock, log }: Hall,
  token: string,
  awake: boolean,
): Promise<Session | null> {
  const now = clock()
  const digest = digestOf(token)
  const [row] = await sql<Row[]>`
    select s.session_id, s.last_seen_at, p.person_id, p.email, p.name, p.is_admin,
      coalesce((select jsonb_object_agg(m.project_id, m.role) from memberships m
        where m.person_id = p.person_id), '{}') as roles
    from sessions s join people p using (person_id)
    where s.digest = ${digest} and s.expires_at > ${new Date(now)}
      and s.last_seen_at > ${new Date(now - IDLE_MS)} and p.disabled_at is null`
  if (!row) return null
  const { session_id, last_seen_at, roles, ...person } = row
  if (awake && last_seen_at.getTime() <= now - SEEN_EVERY_MS) {
    sql`update sessions set last_seen_at = ${new Date(now)} where digest = ${digest}`.catch(
      (cause: unknown) => log.warn('the last use of a session was not written', {}, cause),
    )
  }
  return { session_id, person: { ...person, roles: new Map(Object.entries(roles)) } }
}

/** Ends the session of a token. */
export const endSession = async (sql: Sql | Transaction, token: string): Promise<void> =>
  void (await sql`delete from sessions where digest = ${digestOf(token)}`)

/** Ends one session of a person, or all of them but perhaps one. */
export async function endSessions(
  sql: Sql | Transaction,
  person_id: string,
  which: { only?: string; but?: string } = {},
): Promise<void> {
  await sql`
    delete from sessions where person_id = ${person_id}
      and (${which.only ?? null}::uuid is null or session_id = ${which.only ?? null}::uuid)
      and (${which.but ?? null}::uuid is null or session_id <> ${which.but ?? null}::uuid)`
}

export type ListedSession = { session_id: string; created_at: Date; last_seen_at: Date; user_agent: string }

/** Where a person is signed in now, the latest use first. */
export async function listSessions(
  { database: { sql }, clock }: Hall,
  person_id: string,
): Promise<ListedSession[]> {
  const now = clock()
  return sql<ListedSession[]>`
    select session_id, created_at, last_seen_at, user_agent from sessions
    where person_id = ${person_id} and expires_at > ${new Date(now)}
      and last_seen_at > ${new Date(now - IDLE_MS)}
    order by last_seen_at desc, session_id`
}
