/** A policy that stands: personal data goes to a person, everything else goes out. */
export const GOOD = `version: 2
name: safety
rules:
  - id: personal-data
    when: signals.pii.count > 0
    then: ESCALATE
    reason: PII_DETECTED
    message: 담당자가 확인합니다
tests:
  - name: personal data goes to a person
    given: { signals: { pii: { count: 1 } } }
    expect: { action: ESCALATE, rule: personal-data }
`

/** The same with two mistakes: a signal at 5:23 and an action at 6:11 that are not there. */
export const WRONG = GOOD.replace('pii.count > 0', 'pii.cuont > 0').replace('then: ESCALATE', 'then: ESCALTE')

/** The same with a test that fails. */
export const FAILING = GOOD.replace('{ action: ESCALATE, rule', '{ action: BLOCK, rule')

/** The id of a policy from the address of its page. */
export const policyIn = (address: string | null): string =>
  /\/policies\/([\da-f-]{36})/.exec(address ?? '')?.[1] ?? ''
