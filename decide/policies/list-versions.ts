import type { Output } from '#shared/contract/endpoint.ts'
import type { listPolicyVersions } from '#shared/contract/policies.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import type { Deps } from '#shared/service.ts'
import { findPolicy } from './find-policy.ts'
import { readCandidates } from './read-policies.ts'
import { showVersion, type VersionRow } from './show-version.ts'

/** The versions of a policy, newest first, each as it was sent. */
export async function listVersions(
  { database, clock }: Deps,
  { project_no }: ProjectRef,
  id: string,
): Promise<Output<typeof listPolicyVersions>> {
  const { policy_id } = await findPolicy(database.sql, project_no, id)
  const rows = await database.sql<VersionRow[]>`
    select version_id, policy_id, version, effective_from, active, scheduled, definition, hash, created_at, created_by
    from policy_versions where project_no = ${project_no} and policy_id = ${policy_id} order by version desc`
  const candidates = await readCandidates(database.sql, project_no)
  return rows.map((row) => showVersion(row, candidates, clock()))
}
