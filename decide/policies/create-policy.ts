import type { Input, Output } from '#shared/contract/endpoint.ts'
import type { createPolicy as contract } from '#shared/contract/policies.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { clean } from '#shared/protocol/clean.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { acceptVersion, insertVersion } from './add-version.ts'
import { changePolicies } from './change-policies.ts'
import { findPolicy } from './find-policy.ts'
import { readCandidates, showPolicy } from './read-policies.ts'
import { showVersion } from './show-version.ts'

/** Makes a policy with its first version. A name may be there already: it is for people, the id is for machines. */
export async function createPolicy(
  deps: Deps,
  { project_no, project_id }: ProjectRef,
  { name, description, ...wanted }: Input<typeof contract>['body'],
  actor: string,
): Promise<Output<typeof contract>> {
  const accepted = acceptVersion(wanted)
  const policy_id = crypto.randomUUID()
  return changePolicies(deps, project_no, async (tx, at) => {
    await tx`
      insert into policies (policy_id, project_no, name, description, created_at)
      values (${policy_id}, ${project_no}, ${clean(name)}, ${description ? clean(description) : null}, ${at})`
    const detail = { name: clean(name), hash: accepted.hash }
    await writeAudit(tx, { at, actor, action: 'policy.created', project_no, subject: policy_id, detail })
    const row = await insertVersion(tx, at, actor, { project_no, policy_id, version: 1, accepted })
    const candidates = await readCandidates(tx, project_no)
    const policy = await findPolicy(tx, project_no, policy_id)
    return {
      policy: showPolicy(policy, candidates, project_id, at.getTime()),
      version: showVersion(row, candidates, at.getTime()),
      findings: accepted.findings,
    }
  })
}
