import { severityOf } from '#shared/policy/judge-failed.ts'
import type { Action } from '#shared/policy/actions.ts'
import type { Signals } from '../signals/open-signals.ts'
import { NOTHING_PAID, type Provider, type Verdict } from './judge.ts'

const MODEL = 'rules-v1'
const RISKY_ADVICE = 0.85
const LIKELY_HALLUCINATION = 0.8
const SURE = 0.95
const UNSURE = 0.7

const numberOf = (signals: Signals, name: string): number | null => {
  const value = signals.read(name)?.value
  return typeof value === 'number' ? value : null
}

function say(pii: boolean, advice: number, hallucination: number | null): [Action, string, string] {
  if (pii) return ['ESCALATE', 'PII_DETECTED', 'The input mentions personal data']
  if (advice > RISKY_ADVICE)
    return ['ALLOW_WITH_WARNING', 'FINANCIAL_RISK', 'The output gives investment advice']
  if (hallucination !== null && hallucination > LIKELY_HALLUCINATION)
    return ['NEED_CLARIFICATION', 'HALLUCINATION_RISK', 'The evaluation of faithfulness is low']
  return ['ALLOW_ANSWER', 'HEURISTIC_OK', 'No keyword of risk was found']
}

/** What the MVP's keywords say. Where there is no evaluation of faithfulness nothing is known of it, and nothing guessed. */
export function byKeywords(signals: Signals): Verdict {
  const pii = signals.read('pii.mentioned')?.value === true
  const financial_risk = numberOf(signals, 'financial_risk') ?? 0
  const hallucination_risk = numberOf(signals, 'hallucination_risk')
  const [action, reason_code, rationale] = say(pii, financial_risk, hallucination_risk)
  const confidence = action === 'ESCALATE' ? SURE : UNSURE
  const known = hallucination_risk === null ? {} : { hallucination_risk }
  return {
    output: { action, confidence, reason_code, rationale, signals: { pii, ...known, financial_risk } },
    outcome: { action, reason_code, severity: severityOf(action), message: null },
    confidence,
    rationale,
    ...NOTHING_PAID,
  }
}

/** The judge of the MVP that needs no model. */
export const heuristic: Provider = {
  is_free: true,
  modelOf: () => MODEL,
  material: () => null,
  ask: ({ signals }) => byKeywords(signals),
}
