import type { Policy } from '#shared/contract/policies.ts'
import type { Sql, Transaction } from '#shared/store/connect.ts'
import { pickInForce, type Candidate } from './in-force.ts'
import { isAhead, type VersionRow } from './show-version.ts'

export type PolicyRow = {
  policy_id: string
  name: string
  description: string | null
  created_at: Date
  latest_version: number
}
type Standing = Candidate & { policy_id: string }

/** The versions of a project that decide, or are to. */
export const readCandidates = async (sql: Sql | Transaction, project_no: number): Promise<Standing[]> =>
  sql<Standing[]>`
    select version_id, policy_id, version, effective_from, active, scheduled
    from policy_versions where project_no = ${project_no} and (active or scheduled)`

/** One version with its definition; undefined when there is none. */
export async function readVersion(
  sql: Sql | Transaction,
  project_no: number,
  policy_id: string,
  version: number,
): Promise<VersionRow | undefined> {
  const [row] = await sql<VersionRow[]>`
    select version_id, policy_id, version, effective_from, active, scheduled, definition, hash, created_at, created_by
    from policy_versions
    where project_no = ${project_no} and policy_id = ${policy_id} and version = ${version}`
  return row
}

/** A policy as it is answered, with how its versions stand at a time. */
export function showPolicy(
  row: PolicyRow,
  candidates: readonly Standing[],
  project_id: string,
  now: number,
): Policy {
  const deciding = pickInForce(candidates, now)
  const ahead = candidates.find((one) => one.policy_id === row.policy_id && isAhead(one, now))
  return {
    id: row.policy_id,
    project_id,
    name: row.name,
    description: row.description,
    created_at: row.created_at.toISOString(),
    latest_version: row.latest_version,
    active_version: deciding?.policy_id === row.policy_id ? deciding.version : null,
    scheduled_version: ahead?.version ?? null,
  }
}
