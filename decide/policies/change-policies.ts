import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { dueOf, type Candidate } from './in-force.ts'
import { letDecide } from './let-decide.ts'

/** Who activates what was scheduled. */
const SCHEDULE = 'schedule'

/** Writes down which versions have taken over by now: the book has gone by them since their time came. */
async function settleDue(tx: Transaction, project_no: number, at: Date): Promise<void> {
  const scheduled = await tx<(Candidate & { policy_id: string })[]>`
    select version_id, policy_id, version, effective_from, active, scheduled
    from policy_versions where project_no = ${project_no} and scheduled and effective_from <= ${at}`
  for (const { version_id, policy_id, version, effective_from } of dueOf(scheduled, at.getTime())) {
    await letDecide(tx, { project_no, version_id, at, actor: SCHEDULE })
    const detail = { version, effective_from: effective_from.toISOString() }
    const deed = { at, actor: SCHEDULE, action: 'policy.activated', project_no } as const
    await writeAudit(tx, { ...deed, subject: policy_id, detail })
  }
}

/**
 * Changes the policies of a project in one transaction. All changes of the hub queue at the revision, so that two never
 * cross and revisions are seen in their order. Afterwards every process is told, also when the commit is in doubt.
 */
export async function changePolicies<T>(
  { database, bus, clock }: Deps,
  project_no: number,
  change: (tx: Transaction, at: Date) => Promise<T>,
): Promise<T> {
  try {
    const { changed } = await database.sql.begin(async (tx) => {
      await tx`update policy_revision set revision = revision + 1`
      const at = new Date(clock())
      await settleDue(tx, project_no, at)
      return { changed: await change(tx, at) }
    })
    return changed
  } finally {
    bus.publish('policy.activated.v1', { project_no })
    bus.publish('outbox.ready.v1', {})
  }
}
