import { writeAudit } from '#shared/store/audit.ts'
import type { Hall } from './hall.ts'
import { findByEmail } from './read-people.ts'

/** Writes down that a person signed in. */
export async function noteSignedIn(
  { database, clock }: Hall,
  person_id: string,
  address: string,
): Promise<void> {
  await writeAudit(database.sql, {
    at: new Date(clock()),
    actor: person_id,
    action: 'person.signed_in',
    project_no: null,
    subject: person_id,
    detail: { address },
  })
}

/** Writes down that attempts began to be refused; what was typed for an unknown person may be a secret and stays out. */
export async function noteBlocked(hall: Hall, email: string | null, address: string): Promise<void> {
  const person = await findByEmail(hall, email ?? '')
  await writeAudit(hall.database.sql, {
    at: new Date(hall.clock()),
    actor: person?.person_id ?? 'unknown',
    action: 'person.sign_in_blocked',
    project_no: null,
    subject: person?.person_id ?? 'unknown',
    detail: { address },
  })
}
