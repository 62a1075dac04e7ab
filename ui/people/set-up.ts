import type { Sql, Transaction } from '#shared/store/connect.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Hall } from './hall.ts'

/** Whether there is somebody who can sign in and manage the hub; until then the admin key makes the first. */
export async function isSetUp(sql: Sql | Transaction): Promise<boolean> {
  const [row] = await sql<{ there: boolean }[]>`
    select exists (select from people where is_admin and disabled_at is null and password_hash is not null) as there`
  return row?.there ?? false
}

type First = { email: string; name: string; password_hash: string }

/** Makes the first administrator; null when somebody else was first. */
export async function setUp({ database, clock }: Hall, first: First): Promise<string | null> {
  const at = new Date(clock())
  return database.sql.begin(async (tx) => {
    await tx`lock table people in share row exclusive mode`
    if (await isSetUp(tx)) return null
    const { email, name, password_hash } = first
    const [row] = await tx<{ person_id: string }[]>`
      insert into people (person_id, email, name, password_hash, is_admin, created_at)
      values (${crypto.randomUUID()}, ${email}, ${name}, ${password_hash}, true, ${at})
      on conflict (email) do update set name = excluded.name, password_hash = excluded.password_hash,
        is_admin = true, disabled_at = null, invitation_digest = null, invited_until = null
      returning person_id`
    const person_id = row?.person_id ?? ''
    await tx`delete from sessions where person_id = ${person_id}`
    await writeAudit(tx, {
      at,
      actor: 'admin',
      action: 'person.added',
      project_no: null,
      subject: person_id,
      detail: { email, is_admin: true },
    })
    return person_id
  })
}
