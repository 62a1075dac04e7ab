import { afterAll, expect, test } from 'bun:test'
import { createPolicy } from '#shared/contract/policies.ts'
import { call } from '#shared/http/call.ts'
import { testHub } from '#shared/testing/hub.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'
import {
  LLMTraceClient,
  UndecidedError,
  type Action,
  type ClientOptions,
} from '../../sdk/typescript/src/index.ts'
import { faultyHub } from './faulty-hub.ts'

const hub = await testHub([ingest, decide, query])
afterAll(hub.stop)

const POLICY = `
version: 2
name: sdk
default: ALLOW_ANSWER
signals:
  pii: { kinds: [email], in: output }
rules:
  - id: pii-out
    when: signals.pii.count > 0
    then: BLOCK
    reason: PII_DETECTED
    message: I cannot share personal data.
`

async function open(options: ClientOptions = {}) {
  const project = await hub.mint()
  const client = new LLMTraceClient({
    ...{ baseUrl: 'http://localhost', apiKey: project.key, exitTimeoutMs: 0, onWarning: () => {} },
    fetch: async (url, init) => hub.api.fetch(new Request(url, init)),
    ...options,
  })
  return { project, client }
}

const withPolicy = async (key: string) =>
  call(
    hub.api.fetch,
    'http://localhost',
    createPolicy,
    { body: { name: 'sdk', definition: POLICY, active: true } },
    { 'x-api-key': key },
  )

test('W-63: an answer that may go out is handed back, one that may not is not', async () => {
  const { project, client } = await open()
  await withPolicy(project.key)
  const answers = await client.trace('chat', { input: 'where is my order?', userId: 'u' }, async () => [
    await client.guard('It is on its way.', { input: 'where is my order?' }),
    await client.guard('Write to jane.doe@example.com or 010-1234-5678.'),
  ])
  expect(answers[0]).toMatchObject({
    allowed: true,
    answer: 'It is on its way.',
    action: 'ALLOW_ANSWER',
    unavailable: null,
  })
  expect(answers[1]).toMatchObject({
    allowed: false,
    action: 'BLOCK',
    reasonCode: 'PII_DETECTED',
    unavailable: null,
  })
  expect(answers[1]?.answer).toBe('I cannot share personal data.')
  await client.flush()
  const told = await hub.send(project, 'GET', `/api/v1/traces/${answers[0]?.traceId}`)
  expect(told.json).toMatchObject({
    trace: { name: 'chat', user_id: 'u' },
    decision_history: [{ action: 'BLOCK' }, { action: 'ALLOW_ANSWER' }],
  })
})

test('the same key gives the same decision, and one only', async () => {
  const { project, client } = await open()
  const question = { input: 'a', output: 'b', traceId: crypto.randomUUID(), idempotencyKey: 'once' }
  const inline = client.trace('t')
  const first = await client.decide({ ...question, traceId: inline.traceId })
  inline.end()
  await client.flush()
  const again = await client.decide({ ...question, traceId: inline.traceId })
  expect(first.unavailable).toBeNull()
  expect(again.decision?.['id']).toBe(first.decision?.['id'] ?? 'none')
  const { json } = await hub.send(project, 'GET', `/api/v1/traces/${inline.traceId}`)
  expect(json['decision_history']).toHaveLength(1)
})

const AWAY: [string, Parameters<typeof faultyHub>[0], string][] = [
  ['is not there', () => ({ cut: 'before' }), 'unreachable'],
  ['never answers', () => ({ hang: true }), 'timeout'],
  ['answers 503', () => ({ status: 503 }), 'unreachable'],
  ['answers 500', () => ({ status: 500 }), 'unreachable'],
  ['refuses the key', () => ({ status: 401 }), 'refused'],
  ['answers something else', () => ({ body: '{"ok":true}' }), 'bad_answer'],
  ['answers an action that is none', () => ({ body: '{"decision":{"action":"YES"}}' }), 'bad_answer'],
]

for (const [what, script, reason] of AWAY) {
  test(`a hub that ${what}: blocked by default, allowed when asked, always marked`, async () => {
    const server = await faultyHub(script)
    const { client } = await open({ baseUrl: server.url, fetch: globalThis.fetch })
    const blocked = await client.decide({ output: 'x', timeoutMs: 150 })
    const allowed = await client.guard('x', { timeoutMs: 150, onUnavailable: 'allow' })
    expect(blocked).toMatchObject({
      action: 'BLOCK',
      allowed: false,
      degraded: true,
      decision: null,
      unavailable: { reason },
    })
    expect(allowed).toMatchObject({
      allowed: true,
      answer: 'x',
      degraded: true,
      reasonCode: 'HUB_UNAVAILABLE',
      unavailable: { reason },
    })
    expect(client.stats().undecided).toBe(2)
  })
}

test('onUnavailable may be a function, which hears why, or throw; a function that fails blocks', async () => {
  const server = await faultyHub(() => ({ status: 401 }))
  const { client } = await open({ baseUrl: server.url, fetch: globalThis.fetch })
  const ask = (onUnavailable: Parameters<typeof client.decide>[0]['onUnavailable']) =>
    client.decide({ output: 'x', onUnavailable })
  expect((await ask(({ reason }) => (reason === 'refused' ? 'ESCALATE' : 'allow'))).action).toBe('ESCALATE')
  expect((await ask(() => 'allow')).allowed).toBe(true)
  // A caller without types.
  expect((await ask(() => 'perhaps' as Action)).action).toBe('BLOCK')
  expect(
    (
      await ask(() => {
        throw new Error('no')
      })
    ).action,
  ).toBe('BLOCK')
  const thrown: unknown = await ask('throw').catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(UndecidedError)
  expect(thrown).toMatchObject({ why: { reason: 'refused' } })
})

test('a hub that is back within the time decides, by the same key', async () => {
  const { project } = await open()
  const server = await faultyHub(
    (_, number) => (number <= 2 ? { status: 503 } : null),
    (request) => hub.api.fetch(request),
  )
  const client = new LLMTraceClient({
    baseUrl: server.url,
    apiKey: project.key,
    exitTimeoutMs: 0,
    onWarning: () => {},
  })
  const decided = await client.trace('t', async () =>
    client.decide({ input: 'a', output: 'b', timeoutMs: 10_000 }),
  )
  expect(decided.unavailable).toBeNull()
  const keys = server.came
    .filter(({ path }) => path === '/api/v1/decide')
    .map(({ body }) => /"idempotency_key":"[^"]+"/.exec(body)?.[0])
  expect(keys.length).toBeGreaterThanOrEqual(3)
  expect(new Set(keys).size).toBe(1)
})

test('a decision that the hub did not make is seen on the trace', async () => {
  const { project } = await open()
  const server = await faultyHub(
    ({ path }) => (path === '/api/v1/decide' ? { status: 404 } : null),
    (request) => hub.api.fetch(request),
  )
  const client = new LLMTraceClient({
    baseUrl: server.url,
    apiKey: project.key,
    exitTimeoutMs: 0,
    onWarning: () => {},
  })
  const traceId = await client.trace('t', async (trace) => {
    await client.guard('x', { onUnavailable: 'allow' })
    return trace.traceId
  })
  await client.flush()
  const { json } = await hub.send(project, 'GET', `/api/v1/traces/${traceId}`)
  expect(JSON.stringify(json['timeline'])).toContain('decision unavailable')
})
