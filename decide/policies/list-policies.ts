import type { Output } from '#shared/contract/endpoint.ts'
import type { listPolicies as contract } from '#shared/contract/policies.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import type { Deps } from '#shared/service.ts'
import { readCandidates, showPolicy, type PolicyRow } from './read-policies.ts'

/** The policies of a project, newest first, each with how its versions stand. */
export async function listPolicies(
  { database, clock }: Deps,
  { project_no, project_id }: ProjectRef,
): Promise<Output<typeof contract>> {
  const rows = await database.sql<PolicyRow[]>`
    select p.policy_id, p.name, p.description, p.created_at,
      (select max(version) from policy_versions v where v.policy_id = p.policy_id) as latest_version
    from policies p where p.project_no = ${project_no} order by p.created_at desc, p.policy_id desc`
  const candidates = await readCandidates(database.sql, project_no)
  return rows.map((row) => showPolicy(row, candidates, project_id, clock()))
}
