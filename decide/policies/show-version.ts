import type { PolicyVersion } from '#shared/contract/policies.ts'
import { pickInForce, type Candidate } from './in-force.ts'

/** A version as it is stored. */
export type VersionRow = Candidate & {
  policy_id: string
  definition: PolicyVersion['definition']
  hash: string
  created_at: Date
  created_by: string
}

/** A version as it is answered. `candidates` are those of its project that are active or scheduled. */
export function showVersion(row: VersionRow, candidates: readonly Candidate[], now: number): PolicyVersion {
  return {
    id: row.version_id,
    policy_id: row.policy_id,
    version: row.version,
    effective_from: row.effective_from.toISOString(),
    active: pickInForce(candidates, now)?.version_id === row.version_id,
    scheduled: isAhead(row, now),
    definition: row.definition,
    hash: row.hash,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  }
}

/** Whether a version is to take over at a time that has not come. */
export const isAhead = ({ scheduled, effective_from }: Candidate, now: number): boolean =>
  scheduled && effective_from.getTime() > now
