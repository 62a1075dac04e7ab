import { mayManage, roleIn } from '../people/person.ts'
import type { Viewer } from '../viewer.ts'

/** What the person may do with the policies of a project: everybody there looks, members try, admins manage. */
export function standingOf(
  { person }: Viewer,
  project_id: string,
): { may_try: boolean; may_manage: boolean } {
  const role = roleIn(person, project_id)
  return { may_try: role === 'member' || role === 'admin', may_manage: mayManage(person, project_id) }
}
