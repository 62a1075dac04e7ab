import type { Action, Outcome } from './actions.ts'
import type { Facts } from './decide.ts'
import type { Judge } from './policy.ts'

const SEVERITIES: Record<Action, string> = {
  ALLOW_ANSWER: 'low',
  ALLOW_WITH_WARNING: 'medium',
  NEED_CLARIFICATION: 'medium',
  ESCALATE: 'high',
  BLOCK: 'high',
}

/** How severe an action is where nobody says it. */
export const severityOf = (action: Action): string => SEVERITIES[action]

const failedWith = (action: Action): Outcome => ({
  action,
  reason_code: 'JUDGE_ERROR',
  severity: severityOf(action),
  message: null,
})

/**
 * What a judge that failed leaves in the facts, by its `on_error`: nothing (open), what it would have said as closed, or
 * an action as its verdict. One that returns an action and fails closed blocks, since it may have said so.
 */
export function judgeFailed({ name, on_error, returns_action }: Judge): Pick<Facts, 'closed' | 'verdicts'> {
  if (on_error === 'open') return { closed: [], verdicts: {} }
  if (on_error !== 'closed') return { closed: [], verdicts: { [name]: failedWith(on_error) } }
  return { closed: [`judges.${name}`], verdicts: returns_action ? { [name]: failedWith('BLOCK') } : {} }
}
