import type { Sql, Transaction } from './connect.ts'

/** One line of the audit: who did what, when, to which project. A key never stands in it, only its id. */
export type Deed = {
  at: Date
  actor: string
  action:
    | 'project.created'
    | 'project.activated'
    | 'project.deactivated'
    | 'key.created'
    | 'key.rotated'
    | 'key.revealed'
    | 'key.revoked'
    | 'project.settings_changed'
    | 'project.case_settings_changed'
    | 'person.added'
    | 'person.changed'
    | 'person.invited_anew'
    | 'person.disabled'
    | 'person.enabled'
    | 'person.role_changed'
    | 'person.password_changed'
    | 'person.signed_in'
    | 'person.sign_in_blocked'
    | 'policy.created'
    | 'policy.version_added'
    | 'policy.activated'
    | 'policy.scheduled'
    | 'policy.rolled_back'
    | 'policy.deactivated'
    | 'record.expired'
    | 'record.reprojected'
    | 'record.verified'
    | 'record.exported'
    | 'record.imported'
    | 'backup.written'
    | 'backup.restored'
    | 'trace.erased'
    | 'user.erased'
    | 'alert.created'
    | 'alert.changed'
    | 'alert.deleted'
    | 'subscription.created'
    | 'subscription.changed'
    | 'subscription.deleted'
    | 'subscription.secret_rotated'
  /** Null for what was done to the hub as a whole. */
  project_no: number | null
  /** The id of what it was done to. */
  subject: string
  detail?: Record<string, string | number | boolean | null>
}

/** Writes an audit line, in the transaction of the deed when there is one. */
export async function writeAudit(
  sql: Sql | Transaction,
  { at, actor, action, project_no, subject, detail }: Deed,
) {
  await sql`
    insert into audit (audit_id, at, actor, action, project_no, subject, detail)
    values (${Bun.randomUUIDv7()}, ${at}, ${actor}, ${action}, ${project_no}, ${subject}, ${sql.json(detail ?? {})})`
}
