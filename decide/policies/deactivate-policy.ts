import type { Output } from '#shared/contract/endpoint.ts'
import type { deactivatePolicy as contract } from '#shared/contract/policies.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { changePolicies } from './change-policies.ts'
import { findPolicy } from './find-policy.ts'
import { readCandidates, showPolicy } from './read-policies.ts'

/** Takes a policy out of service, now and for what was scheduled of it: the built-in policy decides again. */
export async function deactivatePolicy(
  deps: Deps,
  { project_no, project_id }: ProjectRef,
  id: string,
  actor: string,
): Promise<Output<typeof contract>> {
  return changePolicies(deps, project_no, async (tx, at) => {
    const policy = await findPolicy(tx, project_no, id)
    const { policy_id } = policy
    const ended = await tx<{ version: number }[]>`
      update policy_versions set active = false, scheduled = false
      where project_no = ${project_no} and policy_id = ${policy_id} and (active or scheduled) returning version`
    if (ended.length > 0) {
      const detail = { versions: ended.map(({ version }) => version).join(' ') }
      const deed = { at, actor, action: 'policy.deactivated', project_no } as const
      await writeAudit(tx, { ...deed, subject: policy_id, detail })
    }
    return showPolicy(policy, await readCandidates(tx, project_no), project_id, at.getTime())
  })
}
