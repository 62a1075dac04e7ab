import type { Unexplained } from '#shared/contract/decide.ts'
import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import type { Facts } from '#shared/policy/decide.ts'
import type { Policy } from '#shared/policy/policy.ts'
import { decisionColumns, type DecisionRow } from '#shared/schema/decision-row.ts'
import type { Sql } from '#shared/store/connect.ts'
import type { PolicyBook } from '../policies/policy-book.ts'
import { readEvidence, type Places } from './evidence.ts'

/** A stored decision with what it was made of. */
export type StoredDecision = DecisionRow & {
  timings: Record<string, number>
  evidence: unknown
  trace_expired: boolean
}

/** A decision of this project; another project's is not found like one that never was. */
export async function readDecision(
  sql: Sql,
  project_no: number,
  decision_id: string,
): Promise<StoredDecision> {
  if (!isUuid(decision_id)) throw new HubError('decision_not_found')
  const [row] = await sql<StoredDecision[]>`
    select ${decisionColumns(sql)}, d.timings, d.evidence, not exists (
        select from traces t where t.project_no = ${project_no} and t.trace_key = d.trace_key) as trace_expired
    from decisions d where d.project_no = ${project_no} and d.decision_id = ${decision_id}`
  if (!row) throw new HubError('decision_not_found')
  return row
}

/** The policy that decided and what it decided on, or why they are not to be had any more. */
export async function readGrounds(
  book: PolicyBook,
  project_no: number,
  { evidence, policy_hash, degraded }: StoredDecision,
): Promise<{ policy: Policy; facts: Facts; found: Places } | { missing: Unexplained }> {
  const read = readEvidence(evidence)
  if (!read) return { missing: 'evidence_erased' }
  const version = await book.version(project_no, policy_hash)
  if (!version) return { missing: 'policy_gone' }
  // Where it did not compile then either, its default decided, as it would again.
  if (version.broken.length > 0 && !degraded.includes('policy_broken')) return { missing: 'policy_broken' }
  return { policy: version.policy, ...read }
}
