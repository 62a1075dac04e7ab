import { afterAll, expect, test } from 'bun:test'
import { openHub } from './open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
const { ask, mint } = hub

/** As the first version documented policies, in YAML. */
const A = `policy_id: default-safety
version: 1
effective_from: 2026-01-01T00:00:00Z
rules:
  - priority: 10
    when:
      any:
        - {field: "signals.pii", op: "eq", value: true}
        - {field: "evals.faithfulness.score", op: "lt", value: 0.3}
    then: {action: "ESCALATE", reason_code: "SAFETY_HIGH_RISK", severity: "high"}
    metadata: {owner: "trust-safety"}
`

/** As its scripts created them, in JSON. */
const B = {
  rules: [
    {
      priority: 10,
      when: { any: [{ field: 'signals.pii', op: 'eq', value: true }] },
      then: { action: 'ESCALATE', reason_code: 'PII_DETECTED', severity: 'high' },
      metadata: { owner: 'trust-safety' },
    },
    {
      priority: 20,
      when: {
        all: [{ field: 'response.channel', op: 'in', value: ['web', 'mobile'] }],
        any: [
          { field: 'response.text', op: 'contains', value: 'investment advice' },
          { field: 'signals.financial_risk', op: 'gte', value: 0.85 },
        ],
      },
      then: { action: 'ALLOW_WITH_WARNING', reason_code: 'FINANCIAL_RISK', severity: 'medium' },
    },
  ],
}

const say = (text: string, channel = 'web') => ({
  trace_id: 't',
  request_payload: { safety: {} },
  response_payload: { channel, text },
})

test('example A runs unchanged: personal data escalates', async () => {
  const project = await mint()
  const id = await hub.activate(project, A)
  await hub.record(project, { trace_id: 't', input_text: 'Keep my passport number.' })
  const { decision } = await ask(project, say('Kept.'))
  expect(decision).toMatchObject({
    action: 'ESCALATE',
    reason_code: 'SAFETY_HIGH_RISK',
    severity: 'high',
    policy_version: `${id}:v1`,
  })
})

test('example A runs unchanged: an unfaithful answer escalates, a faithful one goes out', async () => {
  const project = await mint()
  await hub.activate(project, A)
  const actions: unknown[] = []
  for (const score of [0.9, 0.2]) {
    await hub.record(project, { trace_id: 't', input_text: 'When do you open?' })
    const said = { eval_name: 'faithfulness', eval_model: 'm', score, passed: score > 0.5 }
    await hub.send(project, 'POST', '/api/v1/evals', { ...said, trace_id: 't', idempotency_key: `e${score}` })
    actions.push((await ask(project, say('At nine.'))).decision['action'])
  }
  expect(actions).toEqual(['ALLOW_ANSWER', 'ESCALATE'])
})

test('example B runs unchanged: each of its rules, and neither', async () => {
  const project = await mint()
  const id = await hub.activate(project, B)
  await hub.record(project, { trace_id: 't' })
  const advice = await ask(project, say('This is investment advice.'))
  expect(advice.decision).toMatchObject({
    action: 'ALLOW_WITH_WARNING',
    reason_code: 'FINANCIAL_RISK',
    severity: 'medium',
    policy_version: `${id}:v1`,
  })
  const pii = await ask(project, { ...say('It is kept.'), input: 'my ssn, please' })
  expect(pii.decision).toMatchObject({ action: 'ESCALATE', reason_code: 'PII_DETECTED' })
  const plain = await ask(project, say('At nine.'))
  expect(plain.decision).toMatchObject({ action: 'ALLOW_ANSWER', reason_code: 'DEFAULT_ALLOW' })
})

test('W-18: the signal alone matches rule 2 of example B, whatever a judge says', async () => {
  const project = await mint()
  await hub.activate(project, B)
  // The payload has no text, so only the signal can say it.
  const body = {
    response_payload: { channel: 'mobile' },
    input: 'What now?',
    output: 'My investment advice: buy.',
  }
  expect((await ask(project, body)).decision).toMatchObject({
    action: 'ALLOW_WITH_WARNING',
    reason_code: 'FINANCIAL_RISK',
    signals: { financial_risk: 0.9 },
  })
})
