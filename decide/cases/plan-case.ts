import { createHash } from 'node:crypto'
import type { Action } from '#shared/policy/actions.ts'
import type { Facts } from '#shared/policy/decide.ts'
import type { Policy } from '#shared/policy/policy.ts'
import { readPath } from '#shared/policy/read-path.ts'
import { Unknown } from '#shared/policy/unknown.ts'

/** The case that a decision belongs into, and what its rule says of it. */
export type CasePlan = {
  fingerprint: string
  /** What the rule groups by besides itself, and the values of this decision. */
  grouping: Record<string, unknown>
  ack_seconds: number | null
  resolve_seconds: number | null
  assignee: string | null
}

type Decided = {
  project_no: number
  policy_id: string | null
  policy_name: string
  action: Action
  reason_code: string
  rule: string | null
}

const LONGEST_SHOWN = 128

const shown = (value: unknown): unknown =>
  typeof value === 'string' && value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value

/** The algorithm has a version, so that another one never regroups cases that are there. */
const VERSION = 'v1'

function fingerprintOf(
  { project_no, policy_id, policy_name, rule, reason_code }: Decided,
  values: unknown[],
) {
  const reason = reason_code.trim().toLowerCase()
  const parts = [project_no, policy_id ?? policy_name, rule, reason, values]
  return `${VERSION}:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`
}

/**
 * The case of a decision: ESCALATE always has one, any other action when its rule says `case`. A value that is not known
 * groups as null.
 */
export function planCase(policy: Policy, facts: Facts, decided: Decided): CasePlan | null {
  const spec = policy.rules.find(({ id }) => id === decided.rule)?.opens ?? null
  if (decided.action !== 'ESCALATE' && spec === null) return null
  const run = { roots: facts.values, asked: [], mismatches: [], locals: [], steps: 0 }
  const values = (spec?.group_by ?? []).map((field): [string, unknown] => {
    const value = readPath(run, field.split('.'))
    return [field, value instanceof Unknown ? null : value]
  })
  return {
    fingerprint: fingerprintOf(decided, values),
    grouping: Object.fromEntries(values.map(([field, value]) => [field, shown(value)])),
    ack_seconds: spec?.ack_seconds ?? null,
    resolve_seconds: spec?.resolve_seconds ?? null,
    assignee: spec?.assignee ?? null,
  }
}
