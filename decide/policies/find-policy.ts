import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import type { Sql, Transaction } from '#shared/store/connect.ts'
import { readVersion, type PolicyRow } from './read-policies.ts'
import type { VersionRow } from './show-version.ts'

/** A policy of this project; one of another project is not there. */
export async function findPolicy(
  sql: Sql | Transaction,
  project_no: number,
  policy_id: string,
): Promise<PolicyRow> {
  if (!isUuid(policy_id)) throw new HubError('policy_not_found')
  const [row] = await sql<PolicyRow[]>`
    select p.policy_id, p.name, p.description, p.created_at,
      (select max(version) from policy_versions v where v.policy_id = p.policy_id) as latest_version
    from policies p where p.project_no = ${project_no} and p.policy_id = ${policy_id}`
  if (!row) throw new HubError('policy_not_found')
  return row
}

/** A version of a policy of this project. */
export async function findVersion(
  sql: Sql | Transaction,
  project_no: number,
  policy_id: string,
  version: number,
): Promise<VersionRow> {
  const policy = await findPolicy(sql, project_no, policy_id)
  const row = await readVersion(sql, project_no, policy.policy_id, version)
  if (!row) throw new HubError('policy_version_not_found')
  return row
}
