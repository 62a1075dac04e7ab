import type { Output } from '#shared/contract/endpoint.ts'
import type { activatePolicy as contract } from '#shared/contract/policies.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { acceptDefinition, refuseFailed } from './accept-definition.ts'
import { changePolicies } from './change-policies.ts'
import { findVersion } from './find-policy.ts'
import { letDecide } from './let-decide.ts'
import { readCandidates } from './read-policies.ts'
import { showVersion, type VersionRow } from './show-version.ts'

/** Lets a version decide from now on; or, when it is effective from later, schedules it instead of its siblings. */
export async function activate(
  tx: Transaction,
  at: Date,
  actor: string,
  project_no: number,
  { version_id, policy_id, version, effective_from, scheduled }: VersionRow,
): Promise<void> {
  const detail = { version, effective_from: effective_from.toISOString() }
  if (effective_from > at) {
    if (scheduled) return
    await tx`update policy_versions set scheduled = false where policy_id = ${policy_id} and scheduled`
    await tx`update policy_versions set scheduled = true where project_no = ${project_no} and version_id = ${version_id}`
    await writeAudit(tx, { at, actor, action: 'policy.scheduled', project_no, subject: policy_id, detail })
  } else if (await letDecide(tx, { project_no, version_id, at, actor })) {
    await writeAudit(tx, { at, actor, action: 'policy.activated', project_no, subject: policy_id, detail })
  }
}

/** Lets a version decide for its project; refused while it does not compile or a test of it fails. */
export async function activatePolicy(
  deps: Deps,
  { project_no }: ProjectRef,
  policy_id: string,
  version: number,
  actor: string,
): Promise<Output<typeof contract>> {
  // Versions never change, so their tests need not run while the others wait.
  const { definition } = await findVersion(deps.database.sql, project_no, policy_id, version)
  refuseFailed(acceptDefinition(definition))
  return changePolicies(deps, project_no, async (tx, at) => {
    await activate(tx, at, actor, project_no, await findVersion(tx, project_no, policy_id, version))
    const row = await findVersion(tx, project_no, policy_id, version)
    return showVersion(row, await readCandidates(tx, project_no), at.getTime())
  })
}
