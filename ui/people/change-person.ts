import type { Role } from '#shared/http/actor.ts'
import { writeAudit, type Deed } from '#shared/store/audit.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { endSessions } from '../sessions/sessions.ts'
import type { Hall } from './hall.ts'
import { isSetUp } from './set-up.ts'

/** What became of a change: made, of nobody, or it would have left the hub without an administrator. */
export type Changed = 'done' | 'nobody' | 'last_admin'

/** Takes the whole transaction back. */
class LastAdmin extends Error {
  override readonly name = 'LastAdmin'
}

/** Makes a change in one transaction, unless it would leave nobody who can manage the hub. */
export async function changePerson(
  { database }: Hall,
  person_id: string,
  make: (tx: Transaction) => Promise<void>,
): Promise<Changed> {
  try {
    return await database.sql.begin<Changed>(async (tx) => {
      // One change at a time, so that two administrators cannot take each other away.
      await tx`lock table people in share row exclusive mode`
      const found = await tx`select person_id from people where person_id = ${person_id}`
      if (found.length === 0) return 'nobody'
      await make(tx)
      if (!(await isSetUp(tx))) throw new LastAdmin('the hub would have no administrator')
      return 'done'
    })
  } catch (error) {
    if (error instanceof LastAdmin) return 'last_admin'
    throw error
  }
}

const deed = ({ clock }: Hall, by: string, action: Deed['action'], subject: string) => ({
  at: new Date(clock()),
  actor: by,
  action,
  project_no: null,
  subject,
})

/** Lets a person in no more, at once; what the person did stays. Or lets the person in again. */
export const setDisabled = async (hall: Hall, person_id: string, disabled: boolean, by: string) =>
  changePerson(hall, person_id, async (tx) => {
    const at = disabled ? new Date(hall.clock()) : null
    await tx`update people set disabled_at = ${at} where person_id = ${person_id}`
    if (disabled) await endSessions(tx, person_id)
    await writeAudit(tx, deed(hall, by, disabled ? 'person.disabled' : 'person.enabled', person_id))
  })

/** Makes a person an administrator of the hub, or no longer. */
export const setHubAdmin = async (hall: Hall, person_id: string, is_admin: boolean, by: string) =>
  changePerson(hall, person_id, async (tx) => {
    await tx`update people set is_admin = ${is_admin} where person_id = ${person_id}`
    await writeAudit(tx, { ...deed(hall, by, 'person.changed', person_id), detail: { is_admin } })
  })

/** Gives a person a role in a project, another one, or none. */
export const setRole = async (
  hall: Hall,
  {
    person_id,
    project_id,
    role,
    by,
  }: { person_id: string; project_id: string; role: Role | null; by: string },
) =>
  changePerson(hall, person_id, async (tx) => {
    const [before] = await tx<{ role: Role }[]>`
      delete from memberships where person_id = ${person_id} and project_id = ${project_id} returning role`
    if (role !== null)
      await tx`insert into memberships (person_id, project_id, role) values (${person_id}, ${project_id}, ${role})`
    const [project] = await tx<{ project_no: number }[]>`
      select project_no from projects where project_id = ${project_id}`
    await writeAudit(tx, {
      ...deed(hall, by, 'person.role_changed', person_id),
      project_no: project?.project_no ?? null,
      detail: { from: before?.role ?? null, to: role },
    })
  })

/** Sets a person's own new password; every session ends, that of this browser too. */
export async function changePassword(hall: Hall, person_id: string, password_hash: string): Promise<void> {
  await hall.database.sql.begin(async (tx) => {
    await tx`update people set password_hash = ${password_hash} where person_id = ${person_id}`
    await endSessions(tx, person_id)
    await writeAudit(tx, deed(hall, person_id, 'person.password_changed', person_id))
  })
}
