import type { Input, Output } from '#shared/contract/endpoint.ts'
import type { createPolicyVersion } from '#shared/contract/policies.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import type { Finding } from '#shared/policy/finding.ts'
import type { Deps } from '#shared/service.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { acceptDefinition, refuseFailed } from './accept-definition.ts'
import { activate } from './activate-policy.ts'
import { changePolicies } from './change-policies.ts'
import { readEffectiveFrom } from './effective-from.ts'
import { findPolicy, findVersion } from './find-policy.ts'
import { readCandidates } from './read-policies.ts'
import { showVersion, type VersionRow } from './show-version.ts'

type Wanted = Input<typeof createPolicyVersion>['body']

/** What is to be stored, checked. */
type Checked = Wanted & { hash: string; findings: Finding[] }

/** Checks what is to be stored; a version that is to decide passes its tests before anything is. */
export function acceptVersion(wanted: Wanted): Checked {
  const accepted = acceptDefinition(wanted.definition)
  if (wanted.active) refuseFailed(accepted)
  return { ...wanted, hash: accepted.policy.hash, findings: accepted.findings }
}

/** Writes a version of a policy, and lets it decide when that is wanted. */
export async function insertVersion(
  tx: Transaction,
  at: Date,
  actor: string,
  {
    project_no,
    policy_id,
    version,
    accepted,
  }: { project_no: number; policy_id: string; version: number; accepted: Checked },
): Promise<VersionRow> {
  const { definition, hash, active } = accepted
  const effective_from = readEffectiveFrom(accepted.effective_from, at.getTime())
  await tx`
    insert into policy_versions
      (version_id, policy_id, project_no, version, effective_from, definition, hash, created_at, created_by)
    values (${Bun.randomUUIDv7()}, ${policy_id}, ${project_no}, ${version}, ${effective_from},
      ${JSON.stringify(definition)}::text::json, ${hash}, ${at}, ${actor})`
  const row = await findVersion(tx, project_no, policy_id, version)
  if (active) await activate(tx, at, actor, project_no, row)
  return findVersion(tx, project_no, policy_id, version)
}

/** Adds a version to a policy. Versions never change: a new text is a new number. */
export async function addVersion(
  deps: Deps,
  { project_no }: ProjectRef,
  policy_id: string,
  wanted: Wanted,
  actor: string,
): Promise<Output<typeof createPolicyVersion>> {
  const accepted = acceptVersion(wanted)
  return changePolicies(deps, project_no, async (tx, at) => {
    const policy = await findPolicy(tx, project_no, policy_id)
    const version = policy.latest_version + 1
    const detail = { version, hash: accepted.hash }
    const deed = { at, actor, action: 'policy.version_added', project_no } as const
    await writeAudit(tx, { ...deed, subject: policy.policy_id, detail })
    const row = await insertVersion(tx, at, actor, {
      project_no,
      policy_id: policy.policy_id,
      version,
      accepted,
    })
    const candidates = await readCandidates(tx, project_no)
    return { ...showVersion(row, candidates, at.getTime()), findings: accepted.findings }
  })
}
