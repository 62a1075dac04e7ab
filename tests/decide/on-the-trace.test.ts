import { afterAll, expect, test } from 'bun:test'
import { verify } from '../../ingest/upkeep/verify.ts'
import { openHub } from './open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
const { ask, mint, sql } = hub

const blocks = (reason_code: string) => ({
  rules: [{ when: {}, then: { action: 'BLOCK', reason_code, severity: 'high' } }],
})

test('the trace shows its last decision, in lists and by itself', async () => {
  const project = await mint()
  await hub.activate(project, blocks('LAST'))
  await hub.record(project, { trace_id: 't', status: 'running' })
  const { decision } = await ask(project, { trace_id: 't', output: 'x' })
  const { json } = await hub.send(project, 'GET', '/api/v1/traces?filter=decision%3ABLOCK')
  const snapshot = {
    action: 'BLOCK',
    reason_code: 'LAST',
    severity: 'high',
    confidence: decision['confidence'],
    policy_version: decision['policy_version'],
    judge_model: decision['judge_model'],
    rule: decision['rule'],
    degraded: false,
    decision_id: decision['id'],
    at: decision['created_at'],
  }
  expect(json['items']).toMatchObject([{ id: 't', decision: snapshot }])
  expect((await hub.readTrace(project, 't')).trace['decision']).toEqual(snapshot)
})

test('a decision on a known trace raises its version, so that a poll sees it', async () => {
  const project = await mint()
  await hub.record(project, { trace_id: 't' })
  const before = (await hub.readTrace(project, 't')).trace['version']
  await ask(project, { trace_id: 't', output: 'x' })
  const after = (await hub.readTrace(project, 't')).trace['version']
  expect(Number(after)).toBeGreaterThan(Number(before))
})

test('decisions are counted on the dashboard, also in an hour that was rolled up before', async () => {
  const project = await mint()
  await hub.activate(project, blocks('COUNTED'))
  await ask(project, { input: 'a', output: 'b' })
  await ask(project, { input: 'a', output: 'c' })
  const { json } = await hub.send(project, 'GET', '/api/v1/traces/stats/overview')
  expect(json['decisions']).toEqual({ BLOCK: 2 })
  const [marked] = await sql<{ marks: number }[]>`
    select count(*)::int as marks from rollup_marks where project_no = ${await hub.numberOf(project)}`
  expect(marked?.marks).toBeGreaterThan(0)
})

test('a decision that was made earlier and comes late does not hide the newer one', async () => {
  const project = await mint()
  await hub.record(project, { trace_id: 't' })
  const newer = await ask(project, { trace_id: 't', output: 'x' })
  try {
    hub.deps.setClock(Date.now() - 60_000)
    await ask(project, { trace_id: 't', output: 'y' })
  } finally {
    hub.deps.setClock(null)
  }
  const { trace } = await hub.readTrace(project, 't')
  expect(trace['decision']).toMatchObject({ decision_id: newer.decision['id'] })
})

test('a decision that comes before the root span steps back when the root comes', async () => {
  const project = await mint()
  await ask(project, { input: 'a', output: 'b', trace: { trace_id: 't' } })
  const now = new Date().toISOString()
  const root = { span_id: 'r', trace_id: 't', name: 'answer', start_time: now, idempotency_key: 'r' }
  await hub.record(project, { trace_id: 't' }, [root])
  expect((await hub.readTrace(project, 't')).trace).toMatchObject({ name: 'answer', status: 'running' })
  const ended = { ...root, status: 'error', end_time: now, idempotency_key: 'r:end' }
  await hub.record(project, { trace_id: 't' }, [ended])
  expect((await hub.readTrace(project, 't')).trace['status']).toBe('error')
})

test('a decision neither names its trace nor says how long it took', async () => {
  const project = await mint()
  const { decision } = await ask(project, { input: 'a', output: 'b' })
  const { trace } = await hub.readTrace(project, decision['trace_id'])
  expect(trace).toMatchObject({ name: null, end_time: null, duration_ms: null, status: 'success' })
})

test('the ledger counts decisions as a protocol of their own, and each adds up', async () => {
  const project = await mint()
  const { judge_runs } = await ask(project, { input: 'a', output: 'b' })
  const { json } = await hub.send(project, 'GET', '/api/v1/ledger')
  const stored = 1 + judge_runs.length
  expect(json['items']).toMatchObject([
    { protocol: 'decide', requests: 1, received: stored, stored, duplicate: 0, rejected: 0 },
  ])
})

test('verify finds nothing wrong with what decisions wrote, inline or on a known trace', async () => {
  const project = await mint()
  await hub.record(project, { trace_id: 'known', name: 'n' })
  await ask(project, { trace_id: 'known', output: 'x', contexts: ['c'] })
  await ask(project, { input: 'a', output: 'b', trace: { user_id: 'u', attributes: { a: 1 } } })
  const findings = await verify(hub.deps, { project_id: project.project_id })
  expect(findings.faults).toEqual([])
  expect(findings.counts.bodies.checked).toBe(3)
})

test('what a project hides is in no table: neither texts, nor evidence, nor what a judge said', async () => {
  const project = await mint()
  const mail = ['kim', 'example.com'].join('@')
  const settings = { retention_days: null, masking: { detectors: ['email'], keys: ['account'] } }
  const put = await hub.api.request('PUT', `/api/v1/projects/${project.project_id}/settings`, {
    key: hub.deps.config.admin_key,
    body: settings,
  })
  expect(put.status).toBe(200)
  await hub.activate(project, {
    rules: [
      {
        when: { all: [{ field: 'response.text', op: 'contains', value: 'example' }] },
        then: { action: 'BLOCK' },
      },
    ],
  })
  const response_payload = { text: `Write to ${mail}`, account: 'secret-account' }
  const { decision } = await ask(project, { input: `from ${mail}`, response_payload })
  expect(decision['action']).toBe('BLOCK')
  const { json } = await hub.readTrace(project, decision['trace_id'])
  const rows = await sql`select d.* from decisions d where d.project_no = ${await hub.numberOf(project)}`
  const runs = await sql`select r.* from judge_runs r where r.project_no = ${await hub.numberOf(project)}`
  const all = JSON.stringify([json, rows, runs])
  for (const hidden of [mail, 'secret-account']) expect(all).not.toContain(hidden)
  expect(all).toContain('[masked:email]')
  expect(hub.deps.logged.join()).not.toContain(mail)
})
