import type { Passwords } from '../store/roles/apply-roles.ts'
import { roleOf, type ServiceName } from '../store/roles/privileges.ts'

/** Roles belong to the server, and files of tests share it: the passwords are the same in each. */
export const ROLE_PASSWORDS: Passwords = {
  ingest: 'role-of-ingest',
  decide: 'role-of-decide',
  query: 'role-of-query',
  notify: 'role-of-notify',
  ui: 'role-of-ui',
}

/** The database of `url` as the role of a service sees it. */
export function urlOf(url: string, service: ServiceName): string {
  const own = new URL(url)
  own.username = roleOf(service)
  own.password = ROLE_PASSWORDS[service] ?? ''
  return own.href
}
