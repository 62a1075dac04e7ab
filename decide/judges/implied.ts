import type { Judge } from '#shared/policy/policy.ts'
import type { InForce } from '../policies/policy-book.ts'

const MVP_RETURNS = {
  action: 'action',
  confidence: 'number',
  reason_code: 'string',
  rationale: 'string',
} as const

const IMPLIED = {
  timeout_ms: 10_000,
  on_error: 'open',
  returns: MVP_RETURNS,
  returns_action: true,
  model: null,
  endpoint: null,
  prompt: null,
  sample: 1,
  cache_ms: null,
  usd_per_day: null,
} as const

const HEURISTIC: Judge = { ...IMPLIED, name: 'heuristic', use: 'heuristic', spec: { use: 'heuristic' } }
const LLM: Judge = { ...IMPLIED, name: 'llm', use: 'llm', spec: { use: 'llm', implied: true } }

/**
 * The judges that a policy asks without naming them: the MVP's two for its documents and for the built-in policy, the
 * second only where the operator has set one up. A stored policy that no longer compiles keeps the first.
 */
export function impliedJudges({ policy, policy_id, broken }: InForce, has_llm: boolean): readonly Judge[] {
  if (broken.length > 0) return [HEURISTIC]
  if (policy.is_v2 && policy_id !== null) return []
  return has_llm ? [HEURISTIC, LLM] : [HEURISTIC]
}
