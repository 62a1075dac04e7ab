import { afterAll, expect, test } from 'bun:test'
import { decide } from '#shared/contract/decide.ts'
import { checkOf, findIssues } from '#shared/schema/check.ts'
import { openHub } from './open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
const { ask, mint } = hub

/** What the first version of this API answered, name for name. */
const MVP_DECISION = [
  ...['id', 'project_id', 'trace_id', 'action', 'reason_code', 'severity', 'confidence', 'policy_version'],
  ...['judge_model', 'signals', 'rationale', 'idempotency_key', 'created_at'],
]
const MVP_JUDGE_RUN = [
  ...['id', 'project_id', 'trace_id', 'span_id', 'provider', 'model', 'action', 'reason_code', 'confidence'],
  ...['output', 'created_at'],
]

const ESCALATES = {
  rules: [
    {
      priority: 10,
      when: { any: [{ field: 'signals.pii', op: 'eq', value: true }] },
      then: { action: 'ESCALATE', reason_code: 'PII_DETECTED', severity: 'high' },
    },
  ],
}

test('the answer has every name of the first version, and fits the contract', async () => {
  const project = await mint()
  await hub.record(project, { trace_id: '1111' })
  const { status, json, decision, judge_runs } = await ask(project, {
    trace_id: '1111',
    request_payload: { safety: {} },
    response_payload: { channel: 'web', text: 'Yes, it is open.' },
  })
  expect(status).toBe(200)
  expect(findIssues(checkOf(decide.response), json, [])).toEqual([])
  for (const name of MVP_DECISION) expect(decision).toHaveProperty(name)
  expect(judge_runs).toHaveLength(1)
  for (const name of MVP_JUDGE_RUN) expect(judge_runs[0]).toHaveProperty(name)
  expect(decision).toMatchObject({ trace_id: '1111', action: 'ALLOW_ANSWER', policy_version: 'builtin:v1' })
})

test('W-16: an ESCALATE answers the whole decision, as every other action does', async () => {
  const project = await mint()
  await hub.activate(project, ESCALATES)
  const allowed = await ask(project, { input: 'When do you open?', output: 'At nine.' })
  const escalated = await ask(project, { input: 'My ssn is on file?', output: 'It is.' })
  expect(allowed.decision['action']).toBe('ALLOW_ANSWER')
  expect(escalated.decision).toMatchObject({
    action: 'ESCALATE',
    reason_code: 'PII_DETECTED',
    severity: 'high',
  })
  expect(Object.keys(escalated.decision).toSorted()).toEqual(Object.keys(allowed.decision).toSorted())
})

test('Server-Timing tells what signals, rules, judges and the commit took', async () => {
  const { headers } = await ask(await mint(), { input: 'a', output: 'b' })
  const names = (headers.get('server-timing') ?? '').split(', ').map((part) => part.split(';dur=')[0])
  expect(names).toEqual(['signals', 'rules', 'judges', 'commit', 'total'])
})

test('inline texts create a trace that shows them, under an id that the answer names', async () => {
  const project = await mint()
  const trace = { name: '환불 문의', user_id: 'u-1', session_id: 's-1', environment: 'prod', tags: ['gate'] }
  const { decision } = await ask(project, { input: '환불되나요?', output: '네, 됩니다.', trace })
  const { trace: shown, spans } = await hub.readTrace(project, decision['trace_id'])
  expect(shown).toMatchObject({ ...trace, input_text: '환불되나요?', output_text: '네, 됩니다.' })
  expect(shown).toMatchObject({ status: 'success', end_time: null, error_count: 0 })
  expect(spans[0]).toMatchObject({ id: decision['span_id'], span_type: 'decision', parent_span_id: null })
})

test('an inline trace that is there gets the decision, and keeps what it had', async () => {
  const project = await mint()
  await hub.record(project, { trace_id: 'there', name: 'first', user_id: 'u-1' })
  const { decision } = await ask(project, {
    input: 'a',
    output: 'b',
    trace: { trace_id: 'there', model: 'm' },
  })
  expect(decision['trace_id']).toBe('there')
  const { trace } = await hub.readTrace(project, 'there')
  expect(trace).toMatchObject({ name: 'first', user_id: 'u-1', model: 'm', input_text: 'a' })
  expect(await hub.countRows(project)).toMatchObject({ traces: 1, decisions: 1 })
})

test('messages are checked whole, every part of every one', async () => {
  const project = await mint()
  await hub.activate(project, ESCALATES)
  const output = [
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Hello.' },
        { type: 'text', text: 'kim@example.com' },
      ],
    },
  ]
  const { decision } = await ask(project, { input: [{ role: 'user', content: 'Who?' }], output })
  expect(decision['action']).toBe('ESCALATE')
})

test('without texts of its own a request is decided on what the trace says', async () => {
  const project = await mint()
  await hub.activate(project, ESCALATES)
  await hub.record(project, { trace_id: 'said', input_text: 'Who?', output_text: 'Write to kim@example.com' })
  const own = await ask(project, { trace_id: 'said', output: 'Nobody.' })
  const stored = await ask(project, { trace_id: 'said' })
  expect(own.decision['action']).toBe('ALLOW_ANSWER')
  expect(stored.decision['action']).toBe('ESCALATE')
})

test('a trace that said nothing itself is decided on what its root span says', async () => {
  const project = await mint()
  await hub.activate(project, ESCALATES)
  const now = new Date().toISOString()
  const root = {
    span_id: 'r',
    trace_id: 'rooted',
    name: 'r',
    start_time: now,
    end_time: now,
    idempotency_key: 'r',
  }
  await hub.record(project, { trace_id: 'rooted' }, [{ ...root, output: { answer: 'kim@example.com' } }])
  expect((await ask(project, { trace_id: 'rooted' })).decision['action']).toBe('ESCALATE')
})

test('rules see the evaluations and the columns of the trace', async () => {
  const project = await mint()
  await hub.activate(project, {
    version: 2,
    rules: [
      {
        id: 'unfaithful',
        when: 'trace.environment == "prod" && evals.faithfulness.score < 0.3',
        then: 'NEED_CLARIFICATION',
      },
    ],
  })
  await hub.record(project, { trace_id: 'e', environment: 'prod' })
  const before = await ask(project, { trace_id: 'e', output: 'x' })
  const said = { eval_name: 'faithfulness', eval_model: 'm', score: 0.1, passed: false }
  await hub.send(project, 'POST', '/api/v1/evals', { ...said, trace_id: 'e', idempotency_key: 'e' })
  const after = await ask(project, { trace_id: 'e', output: 'x' })
  expect([before.decision['action'], after.decision['action']]).toEqual([
    'ALLOW_ANSWER',
    'NEED_CLARIFICATION',
  ])
  expect(after.decision['rule']).toBe('unfaithful')
})

test('?explain=1 adds every rule with what it read; without it there is none', async () => {
  const project = await mint()
  await hub.activate(project, ESCALATES)
  const body = { input: 'ssn', output: 'b', idempotency_key: 'why' }
  const { json } = await ask(project, body, '?explain=1')
  expect(json['explain']).toMatchObject({ rules: [{ result: 'matched' }] })
  const repeated = await ask(project, body, '?explain=1')
  expect(repeated.json).toEqual(json)
  expect((await ask(project, body)).json).not.toHaveProperty('explain')
})

test('dry_run decides and explains, and writes nothing at all', async () => {
  const project = await mint()
  await hub.activate(project, ESCALATES)
  await hub.record(project, { trace_id: 'dry' })
  const before = await hub.countRows(project)
  const known = await ask(project, { trace_id: 'dry', input: 'ssn', output: 'b', dry_run: true })
  const inline = await ask(project, { input: 'ssn', output: 'b', dry_run: true })
  for (const { status, json, decision } of [known, inline]) {
    expect(status).toBe(200)
    expect(json).toMatchObject({ dry_run: true, explain: { rules: [{ result: 'matched' }] } })
    expect(decision['action']).toBe('ESCALATE')
  }
  expect(await hub.countRows(project)).toEqual(before)
})

test('what was tried out under a key is still to be decided under it', async () => {
  const project = await mint()
  const body = { idempotency_key: 'tried', input: 'a', output: 'b' }
  const tried = await ask(project, { ...body, dry_run: true })
  const decided = await ask(project, body)
  expect(decided.decision['id']).not.toBe(tried.decision['id'])
  expect(await hub.countRows(project)).toMatchObject({ decisions: 1 })
})

test('what an earlier decision was made on is not what the trace says', async () => {
  const project = await mint()
  await hub.activate(project, ESCALATES)
  await hub.record(project, { trace_id: 'twice' })
  const first = await ask(project, { trace_id: 'twice', output: 'kim@example.com' })
  const second = await ask(project, { trace_id: 'twice', input: 'Who?' })
  expect([first.decision['action'], second.decision['action']]).toEqual(['ESCALATE', 'ALLOW_ANSWER'])
})
