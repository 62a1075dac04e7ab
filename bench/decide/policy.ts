/** A policy as a careful team might write it: 20 rules over all that the built-in signals say, of which none matches. */
const CONDITIONS = [
  'signals.secrets.count > 0',
  'signals.injection.score >= 0.9',
  'signals.injection.context_score >= 0.9',
  'signals.pii.count > 3',
  'signals.pii.count > 0 && trace.environment == "prod"',
  'signals.pii.mentioned',
  'signals.financial_risk > 0.85 && response.channel == "web"',
  'signals.hallucination_risk > 0.8',
  'signals.groundedness.score < 0.05',
  'signals.refusal.detected && request.channel == "web"',
  '!signals.language.same && signals.language.ko > 0.5',
  'signals.length.output > 20000',
  'signals.length.truncated',
  'signals.json.valid && request.wants == "prose"',
  'signals.evals.failed > 2',
  'signals.cost.usd > 1.0',
  'signals.latency.ms > 60000.0',
  'response.text.contains("guaranteed return")',
  'trace.environment == "staging" && signals.injection.score > 0.4',
  'request.country in ["KP", "IR"] && signals.pii.count > 0',
]

const ACTIONS = ['BLOCK', 'ESCALATE', 'NEED_CLARIFICATION', 'ALLOW_WITH_WARNING']

export const POLICY = {
  version: 2,
  name: 'bench',
  rules: CONDITIONS.map((when, at) => ({ id: `rule-${at + 1}`, when, then: ACTIONS[at % ACTIONS.length] })),
}
