import type { Output } from '#shared/contract/endpoint.ts'
import type { rollbackPolicy as contract } from '#shared/contract/policies.ts'
import { HubError } from '#shared/errors.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { acceptDefinition } from './accept-definition.ts'
import { changePolicies } from './change-policies.ts'
import { findPolicy, findVersion } from './find-policy.ts'
import { letDecide } from './let-decide.ts'
import { readCandidates } from './read-policies.ts'
import { showVersion } from './show-version.ts'

type Before = { version_id: string; policy_id: string; version: number; from_version: number }

/**
 * Takes back the activation of a policy's active version: what decided before it does again, which may be another policy.
 * Its tests passed when it was activated, so in an emergency nothing but its definition is checked.
 */
export async function rollbackPolicy(
  deps: Deps,
  { project_no }: ProjectRef,
  id: string,
  actor: string,
): Promise<Output<typeof contract>> {
  return changePolicies(deps, project_no, async (tx, at) => {
    const { policy_id } = await findPolicy(tx, project_no, id)
    const [before] = await tx<Before[]>`
      select b.version_id, b.policy_id, b.version, v.version as from_version
      from policy_versions v join policy_versions b on b.version_id = v.previous_id
      where v.project_no = ${project_no} and v.policy_id = ${policy_id} and v.active`
    if (!before) throw new HubError('nothing_to_roll_back')
    const row = await findVersion(tx, project_no, before.policy_id, before.version)
    acceptDefinition(row.definition)
    await letDecide(tx, { project_no, version_id: before.version_id, at, actor, is_rollback: true })
    const detail = {
      from_version: before.from_version,
      to_policy: before.policy_id,
      to_version: before.version,
    }
    const deed = { at, actor, action: 'policy.rolled_back', project_no } as const
    await writeAudit(tx, { ...deed, subject: policy_id, detail })
    return showVersion(row, await readCandidates(tx, project_no), at.getTime())
  })
}
