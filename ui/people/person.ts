import { ROLES, type Role } from '#shared/http/actor.ts'

/** Who looks at the pages, and what this person may do where. */
export type Person = {
  person_id: string
  email: string
  name: string
  /** Of the whole hub: everything in every project, and the people. */
  is_admin: boolean
  roles: ReadonlyMap<string, Role>
}

/** Development asks nobody to sign in: whoever is at this machine may do everything. */
export const DEVELOPER: Person = {
  person_id: 'developer',
  email: '',
  name: 'developer',
  is_admin: true,
  roles: new Map(),
}

/** What a person is in a project; null is nothing at all, as for a project that is not there. */
export const roleIn = (person: Person | null, project_id: string): Role | null =>
  person?.is_admin ? 'admin' : (person?.roles.get(project_id.toLowerCase()) ?? null)

/** Whether a person may manage a project: its keys, its settings, whether it is active. */
export const mayManage = (person: Person | null, project_id: string): boolean =>
  roleIn(person, project_id) === 'admin'

/** Whether a text is a role. */
export const isRole = (text: string): text is Role => ROLES.some((role) => role === text)
