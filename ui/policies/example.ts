import type { Viewer } from '../viewer.ts'

/** A policy that is worth having as it stands: personal data and secrets stay in, what is not grounded asks back. */
export const examplePolicy = ({ text: { policies } }: Viewer): string => `version: 2
name: default-safety
default: ALLOW_ANSWER
rules:
  - id: secret-out
    when: signals.secrets.count > 0
    then: BLOCK
    severity: high
    reason: SECRET_IN_ANSWER
  - id: personal-data
    when: signals.pii.count > 0
    then: ESCALATE
    severity: high
    reason: PII_DETECTED
  - id: prompt-injection
    when: signals.injection.score >= 0.8
    then: BLOCK
    severity: high
    reason: PROMPT_INJECTION
  - id: ungrounded
    when: signals.groundedness.score < 0.3
    then: NEED_CLARIFICATION
    reason: NOT_GROUNDED
    message: ${JSON.stringify(policies.example_message)}
tests:
  - name: personal data goes to a person
    given: { signals: { pii: { count: 1 }, secrets: { count: 0 } } }
    expect: { action: ESCALATE, rule: personal-data }
  - name: nothing found
    given: { signals: { pii: { count: 0 }, secrets: { count: 0 }, groundedness: { score: 1 } } }
    expect: { action: ALLOW_ANSWER }
`
