import type { Role } from '#shared/http/actor.ts'
import type { Hall } from './hall.ts'

export type ListedPerson = {
  person_id: string
  email: string
  name: string
  is_admin: boolean
  state: 'active' | 'invited' | 'late' | 'disabled'
  created_at: Date
  last_seen_at: Date | null
  roles: Record<string, Role>
}

/** All people, by name. */
export const listPeople = async ({ database, clock }: Hall): Promise<ListedPerson[]> =>
  database.sql<ListedPerson[]>`
    select p.person_id, p.email, p.name, p.is_admin, p.created_at,
      case when p.disabled_at is not null then 'disabled' when p.password_hash is not null then 'active'
        when p.invited_until > ${new Date(clock())} then 'invited' else 'late' end as state,
      (select max(s.last_seen_at) from sessions s where s.person_id = p.person_id) as last_seen_at,
      coalesce((select jsonb_object_agg(m.project_id, m.role) from memberships m
        where m.person_id = p.person_id), '{}') as roles
    from people p order by lower(p.name), p.email`

/** The hash that a password must fit for this address to sign in; null when nobody can sign in by it. */
export async function findByEmail(
  { database }: Hall,
  email: string,
): Promise<{ person_id: string; password_hash: string | null } | null> {
  const [row] = await database.sql<{ person_id: string; password_hash: string | null }[]>`
    select person_id, password_hash from people where email = ${email} and disabled_at is null`
  return row ?? null
}

/** The hash of a person's own password. */
export async function hashOf({ database }: Hall, person_id: string): Promise<string | null> {
  const [row] = await database.sql<{ password_hash: string | null }[]>`
    select password_hash from people where person_id = ${person_id}`
  return row?.password_hash ?? null
}
