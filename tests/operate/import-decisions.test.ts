import { afterAll, expect, test } from 'bun:test'
import { decided } from './decided.ts'
import { at, fresh } from './mvp.ts'
import { countsOf, openImport, type Json } from './open-import.ts'

const { hub, mvp, run, ask, expectClean, stop } = await openImport()
afterAll(stop)

test('policies decide on, decisions stand on their traces with judges, and a repeat gets what was decided', async () => {
  const old = await mvp()
  const { project, trace, policy, decisions } = await decided(old)
  const { text } = await run('import', '--from', old.url)
  expect(countsOf(text, 'policies')).toEqual([1, 1, 0, 0])
  expect(countsOf(text, 'trace_decisions')).toEqual([2, 2, 0, 0])
  expect(countsOf(text, 'judge_runs')).toEqual([2, 2, 0, 0])
  const policies = await ask(project, '/api/v1/policies')
  expect(policies).toMatchObject([
    { id: policy, name: 'default-safety', active_version: 2, latest_version: 2 },
  ])
  const found = await ask(project, `/api/v1/traces/${trace}`)
  const [first, second] = decisions
  expect(found['decision_history']).toMatchObject([{ id: second?.decision }, { id: first?.decision }])
  expect(found['trace']).toMatchObject({ decision: { action: 'ESCALATE', decision_id: second?.decision } })
  const runs = found['judge_runs'] as Json[]
  expect(runs.map(({ id, decision_id }) => ({ id, decision_id }))).toEqual([
    { id: second?.run, decision_id: second?.decision },
    { id: first?.run, decision_id: first?.decision },
  ])
  const spans = found['spans'] as Json[]
  expect(spans.find(({ id }) => id === first?.span_id)).toMatchObject({
    name: 'Decision',
    span_type: 'decision',
  })
  const body = { idempotency_key: 'first', trace_id: trace }
  const repeated = await ask(project, '/api/v1/decide', 'POST', body)
  expect(repeated['decision']).toMatchObject({ id: first?.decision, action: 'ESCALATE', created_at: at(5) })
  const anew = await ask(project, '/api/v1/decide', 'POST', {
    ...body,
    idempotency_key: 'third',
    input: 'my ssn',
  })
  expect(anew['decision']).toMatchObject({ action: 'ESCALATE', policy: { id: policy, version: 2 } })
  await expectClean(project)
})

test("a policy that does not compile here is kept and does not decide; of several active ones the MVP's choice does", async () => {
  const old = await mvp()
  const project = await old.project()
  const add = async (place: string, name: string, effective_from: string, definition: object) => {
    const policy = await old.put('policies', { id: place + fresh().slice(1), project_id: project, name })
    await old.put('policy_versions', {
      policy_id: policy,
      version: 1,
      effective_from,
      active: true,
      definition,
    })
    return policy
  }
  // Policies come in the order of their ids, which says nothing of when they came into effect.
  const newer = await add('1', 'newer', '2026-02-01T00:00:00Z', { rules: [] })
  await add('2', 'older', '2026-01-01T00:00:00Z', { rules: [] })
  await add('3', 'broken', '2026-03-01T00:00:00Z', { rules: [{ then: { action: 'SHRUG' } }] })
  const ahead = await add('4', 'ahead', '2190-01-01T00:00:00Z', { rules: [] })
  const { text } = await run('import', '--from', old.url)
  expect(text).toMatch(/policy "broken" version 1 decided and does not here, since/)
  expect(text).toContain('1 versions of policies that do not compile here: kept, not deciding')
  const policies = (await ask(project, '/api/v1/policies')) as unknown as Json[]
  expect(policies).toHaveLength(4)
  expect(policies.find(({ active_version }) => active_version !== null)).toMatchObject({ id: newer })
  expect(policies.find(({ scheduled_version }) => scheduled_version !== null)).toMatchObject({ id: ahead })
})

test('cases come with their status, times and decision, and nobody is told of them again', async () => {
  const old = await mvp()
  const { project, trace, decisions } = await decided(old)
  const row = { project_id: project, trace_id: trace, reason_code: 'PII_DETECTED' }
  const open = await old.put('cases', { ...row, status: 'open', created_at: at(6) })
  // Acknowledged after it had been resolved: the MVP left the time of that.
  const again = { status: 'acknowledged', acknowledged_at: at(90), resolved_at: at(80), assignee: 'mina' }
  const acked = await old.put('cases', { ...row, ...again, created_at: at(51) })
  const odd = await old.put('cases', { ...row, status: 'lost', created_at: at(52) })
  const bare = await old.put('cases', { ...row, reason_code: 'NEVER', status: 'open', created_at: at(53) })
  await old.put('notifications', { project_id: project, case_id: open, channel: 'webhook', status: 'sent' })
  await old.trace(project, { status: 'error', end_time: at(8) })
  const { text } = await run('import', '--from', old.url)
  expect(countsOf(text, 'cases')).toEqual([4, 2, 0, 2])
  expect(text).toContain(`cases ${odd}: its status is none`)
  expect(text).toContain(`cases ${bare}: the decision that opened it is not here`)
  expect(text).toContain('1 of notifications')
  expect(text).toContain('1 cases whose times did not go with their status: the status counts')
  expect(await ask(project, `/api/v1/cases/${open}`)).toMatchObject({
    ...{
      status: 'open',
      severity: 'high',
      decision_id: decisions[0]?.decision,
      created_at: at(6),
      overdue: true,
    },
  })
  expect(await ask(project, `/api/v1/cases/${acked}`)).toMatchObject({
    ...{ status: 'acknowledged', assignee: 'mina', acknowledged_at: at(90), resolved_at: null },
    decision_id: decisions[1]?.decision,
  })
  const history = await ask(project, `/api/v1/cases/${acked}/history`)
  expect((history['items'] as Json[]).map(({ event }) => String(event))).toEqual(['acknowledged', 'opened'])
  const told = await hub.sql<{ event: string }[]>`
    select event from outbox join projects using (project_no) where project_id = ${project}`
  expect(told.map(({ event }) => event)).toEqual(['policy.activated'])
  const [ticking] = await hub.sql<{ n: number }[]>`
    select count(*)::int n from cases where case_id = any(${[open, acked]}::uuid[]) and ticks_at < now()`
  expect(ticking?.n).toBe(0)
})
