import { decide } from '#shared/contract/decide.ts'
import { createPolicy, createPolicyVersion } from '#shared/contract/policies.ts'
import { call } from '#shared/http/call.ts'
import type { Hub } from '../hub.ts'
import type { Place } from './places.ts'

const KEY = { 'x-api-key': 'dev-key' }

const POLICY = `version: 2
name: answer-safety
rules:
  - id: secret-out
    when: signals.secrets.count > 0
    then: BLOCK
    reason: SECRET_IN_ANSWER
  - id: personal-data
    when: signals.pii.count > 0
    then: ESCALATE
    severity: high
    reason: PII_DETECTED
    message: 담당자가 확인한 뒤 답변드리겠습니다.
  - id: ungrounded
    when: signals.groundedness.score < 0.3
    then: NEED_CLARIFICATION
    reason: NOT_GROUNDED
tests:
  - name: personal data goes to a person
    given: { signals: { pii: { count: 1 }, secrets: { count: 0 } } }
    expect: { action: ESCALATE, rule: personal-data }
`

/** A policy of three versions, and decisions of the first one that come out differently. */
export async function openDecisions({ api }: Hub) {
  const made = await call(
    fetch,
    api,
    createPolicy,
    { body: { name: 'answer-safety', definition: POLICY, active: true } },
    KEY,
  )
  const policy_id = made.policy.id
  const versions = [
    POLICY.replace('score < 0.3', 'score < 0.5').replace('severity: high', 'severity: critical'),
    POLICY.replace('count > 0\n    then: BLOCK', 'count > 3\n    then: BLOCK').replace(
      'id: ungrounded',
      'id: not-grounded',
    ),
  ]
  for (const definition of versions)
    await call(fetch, api, createPolicyVersion, { params: { policy_id }, body: { definition } }, KEY)
  const context = 'Refunds are possible within 14 days of delivery.'
  const outputs = [
    'Refunds are possible within 14 days of delivery.',
    'We can fly you to the moon for free on Tuesdays.',
    `Write to ${['mina.kim', 'example.com'].join('@')} about the refund within 14 days.`,
  ]
  let last = { id: '', trace_id: '' }
  for (const [at, output] of outputs.entries()) {
    const body = {
      idempotency_key: `shot-${at}`,
      input: 'What is the refund policy?',
      output,
      contexts: [context],
    }
    last = (await call(fetch, api, decide, { body: { ...body, trace: { name: 'support-answer' } } }, KEY))
      .decision
  }
  return { policy_id, decision: last }
}

/** A place in the project that the pictures show. */
export type At = (name: string, path: string, query?: Record<string, string>) => Place

/** Where policies and decisions are looked at. */
export function decidedPlaces(
  at: At,
  { policy_id, decision }: Awaited<ReturnType<typeof openDecisions>>,
): Place[] {
  const policy = `/policies/${policy_id}`
  return [
    at('policies', '/policies'),
    at('policy-new', '/policies/new'),
    at('policy', policy),
    at('policy-versions', `${policy}/versions`, { confirm: 'activate', version: '2' }),
    at('policy-diff', `${policy}/diff`, { from: '1', to: '2' }),
    at('policy-tests', `${policy}/tests`),
    at('policy-try', `${policy}/try`, { trace_id: decision.trace_id }),
    at('decisions', '/decisions'),
    at('decision', `/decisions/${decision.id}`),
    at('trace-decided', `/traces/${decision.trace_id}`),
  ]
}
