import { afterAll, afterEach, expect, test } from 'bun:test'
import { createPolicyVersion } from '#shared/contract/policies.ts'
import { call } from '#shared/http/call.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { testDeps, testUrl } from '#shared/testing/deps.ts'
import { until } from '#shared/testing/until.ts'
import { announceBreaches } from '../../decide/cases/announce-breaches.ts'
import { DAY, HOUR, MINUTE, openCasesHub, POLICY } from './open-cases-hub.ts'

const hub = await openCasesHub()
const other = await testDeps(testUrl)
afterAll(async () => {
  await other.stop()
  await hub.stop()
})
afterEach(() => hub.later(null))
const { open, decide, act, list, only, history, told, later, deps } = hub

/** Both processes look at the clocks at the same moment. */
async function lookTwice() {
  other.setClock(deps.clock())
  await Promise.all([announceBreaches(deps), announceBreaches(other), announceBreaches(deps)])
}

async function breaches(project: TestProject) {
  const rows = await hub.sql<{ clock: string; n: number }[]>`
    select payload ->> 'clock' as clock, count(*)::int as n from outbox
    where project_no = ${await hub.numberOf(project)} and event = 'case.sla_breached' group by 1 order by 1`
  return Object.fromEntries(rows.map(({ clock, n }) => [clock, n]))
}

test('a missed time is announced once, however many processes look, and stands in the history', async () => {
  const { project } = await open()
  await decide(project, 'urgent')
  later(14 * MINUTE)
  await lookTwice()
  expect(await breaches(project)).toEqual({})
  later(16 * MINUTE)
  await lookTwice()
  await lookTwice()
  expect(await breaches(project)).toEqual({ acknowledge: 1 })
  later(5 * HOUR)
  await lookTwice()
  expect(await breaches(project)).toEqual({ acknowledge: 1, resolve: 1 })
  const found = await only(project)
  expect(found).toMatchObject({ overdue: true, version: 1, status: 'open' })
  const lines = await history(project, found.id)
  expect(lines.map(({ event, detail }) => [event, detail['clock']])).toEqual([
    ['opened', undefined],
    ['sla_breached', 'acknowledge'],
    ['sla_breached', 'resolve'],
  ])
  const { json } = await hub.send(project, 'GET', '/api/v1/cases/stats')
  expect(json).toMatchObject({ overdue: 1, breached: 2, by_severity: { critical: 1 } })
})

test('of 40 missed times two processes announce each once', async () => {
  const { project } = await open()
  for (let n = 0; n < 40; n++) await decide(project, 'by-user', { user: `u${n}` })
  later(6 * MINUTE)
  await lookTwice()
  expect(await breaches(project)).toEqual({ acknowledge: 40 })
  const rows = await hub.sql<{ cases: number; lines: number }[]>`
    select count(distinct case_id)::int as cases, count(*)::int as lines from case_history
    where project_no = ${await hub.numberOf(project)} and event = 'sla_breached'`
  expect([...rows]).toEqual([{ cases: 40, lines: 40 }])
})

test('a process that dies while it announces leaves it to another, and nothing is told twice', async () => {
  const { project } = await open()
  await decide(project, 'urgent')
  const dying = await testDeps(testUrl)
  const locker = deps.database.dedicated('locker')
  const waiting = () => hub.sql<{ pid: number }[]>`
    select pid from pg_locks where relation = 'case_history'::regclass and not granted`
  try {
    // It has marked the case, and waits to write the history.
    await locker.begin(async (sql) => {
      await sql`lock table case_history in exclusive mode`
      dying.setClock(Date.now() + 16 * MINUTE)
      const work = announceBreaches(dying).then(
        () => 'done',
        () => 'died',
      )
      await until('it is in the middle', async () => (await waiting()).length === 1)
      const [held] = await waiting()
      await hub.sql`select pg_terminate_backend(${held?.pid ?? 0})`
      expect(await work).toBe('died')
    })
    expect(await breaches(project)).toEqual({})
  } finally {
    await locker.end({ timeout: 1 })
    await dying.stop()
  }
  later(16 * MINUTE)
  await lookTwice()
  expect(await breaches(project)).toEqual({ acknowledge: 1 })
})

test('who acknowledges in time misses nothing; the clock to resolve runs on', async () => {
  const { project } = await open()
  await decide(project, 'urgent')
  const { id } = await only(project)
  await act(project, `${id}/ack`)
  later(HOUR)
  await lookTwice()
  expect(await breaches(project)).toEqual({})
  expect((await only(project)).overdue).toBe(false)
  later(5 * HOUR)
  await lookTwice()
  expect(await breaches(project)).toEqual({ resolve: 1 })
  await act(project, `${id}/resolve`)
  expect(await only(project)).toMatchObject({ overdue: false, due_at: null })
})

test('what comes again within 14 days of being resolved is opened again, with clocks that start anew', async () => {
  const { project } = await open()
  await decide(project, 'urgent')
  const { id } = await only(project)
  await act(project, `${id}/resolve`, { outcome: 'true_positive', assignee: 'kim' })
  later(13 * DAY)
  expect(await decide(project, 'urgent')).toMatchObject({ case_id: id })
  const found = await only(project)
  const state = { status: 'open', regression: true, outcome: null, occurrences: 2, assignee: 'kim' }
  expect(found).toMatchObject({ ...state, acknowledged_at: null, resolved_at: null })
  expect(Date.parse(found.ack_due_at) - deps.clock()).toBe(15 * MINUTE)
  const last = (await history(project, id)).at(-1)
  expect(last).toMatchObject({ event: 'reopened', actor: 'hub', from_status: 'resolved', to_status: 'open' })
  expect(await told(project)).toEqual(['case.opened', 'case.resolved', 'case.reopened'])
})

test('what was a false alarm is counted when it comes again, and stays resolved', async () => {
  const { project } = await open()
  await decide(project, 'person')
  const { id } = await only(project)
  await act(project, `${id}/resolve`, { outcome: 'false_positive' })
  for (let n = 0; n < 3; n++) expect(await decide(project, 'person')).toMatchObject({ case_id: id })
  const state = {
    status: 'resolved',
    outcome: 'false_positive',
    occurrences: 4,
    suppressed: 3,
    regression: false,
  }
  expect(await only(project)).toMatchObject(state)
  expect((await history(project, id)).map(({ event }) => event)).toEqual(['opened', 'resolved', 'suppressed'])
  expect(await told(project)).toEqual(['case.opened', 'case.resolved'])
})

test('what comes again later than that is another case', async () => {
  const { project } = await open()
  await decide(project, 'person')
  const { id } = await only(project)
  await act(project, `${id}/resolve`, { outcome: 'false_positive' })
  later(14 * DAY + MINUTE)
  await decide(project, 'person')
  const cases = await list(project)
  expect(cases.map(({ status, occurrences }) => [status, occurrences])).toEqual([
    ['open', 1],
    ['resolved', 1],
  ])
})

test('the window of a case rolls with each repeat; after it another case takes the repeats in', async () => {
  const { project } = await open()
  await decide(project, 'person')
  for (const hours of [23, 46, 69]) {
    later(hours * HOUR)
    await decide(project, 'person')
  }
  expect((await only(project)).occurrences).toBe(4)
  later(94 * HOUR)
  await decide(project, 'person')
  await decide(project, 'person')
  const counts = (await list(project)).map(({ status, occurrences }) => [status, occurrences])
  expect(counts).toEqual([
    ['open', 2],
    ['open', 4],
  ])
})

test('a case that is reopened beside a newer one leaves the repeats to that one', async () => {
  const { project } = await open()
  await decide(project, 'person')
  const { id } = await only(project)
  await act(project, `${id}/resolve`, { outcome: 'true_positive' })
  later(15 * DAY)
  const { case_id: newer } = await decide(project, 'person')
  expect(await act(project, `${id}/reopen`)).toMatchObject({ status: 200 })
  expect(await decide(project, 'person')).toMatchObject({ case_id: newer })
  expect((await list(project)).map(({ status, occurrences }) => [status, occurrences])).toEqual([
    ['open', 2],
    ['open', 1],
  ])
})

test('a repeat that is worse raises the case, hurries its clocks and is told', async () => {
  const { project, policy_id } = await open()
  await decide(project, 'person')
  const before = await only(project)
  const rules = POLICY.rules.map((rule) => (rule.id === 'person' ? { ...rule, severity: 'critical' } : rule))
  const params = { policy_id }
  const body = { definition: { ...POLICY, rules }, active: true }
  await call(
    hub.api.fetch,
    'http://localhost',
    createPolicyVersion,
    { params, body },
    { 'x-api-key': project.key },
  )
  later(HOUR)
  await until('the new version decides', async () => {
    await decide(project, 'person')
    return (await only(project)).severity === 'critical'
  })
  const found = await only(project)
  expect(found).toMatchObject({ id: before.id, version: 2 })
  expect(Date.parse(found.ack_due_at) - deps.clock()).toBe(15 * MINUTE)
  expect(await told(project)).toEqual(['case.opened', 'case.grouped'])
  const raised = (await history(project, found.id)).find(({ event }) => event === 'severity_raised')
  expect(raised?.detail).toEqual({ from: 'medium', to: 'critical' })
})

test('a project sets its own times and windows, for the cases that open from then on', async () => {
  const { project } = await open()
  await decide(project, 'urgent')
  const { json: usual } = await hub.send(project, 'GET', '/api/v1/cases/settings')
  expect(usual).toMatchObject({ group_window_seconds: 86_400, updated_at: null })
  const clock = { ack_seconds: 60, resolve_seconds: 120 }
  const sla = { critical: clock, high: clock, medium: clock, low: clock }
  const wanted = { sla, group_window_seconds: 3600, reopen_window_seconds: 0 }
  const put = (body: unknown, key = project.key) =>
    hub.api.request('PUT', '/api/v1/cases/settings', { key, body })
  expect((await put(wanted)).status).toBe(200)
  expect((await hub.send(project, 'GET', '/api/v1/cases/settings')).json).toMatchObject(wanted)
  await decide(project, 'person')
  const due = (await list(project)).map(
    ({ created_at, ack_due_at }) => Date.parse(ack_due_at) - Date.parse(created_at),
  )
  expect(due).toEqual([MINUTE, 15 * MINUTE])
  later(2 * HOUR)
  await decide(project, 'person')
  expect(await list(project)).toHaveLength(3)
  const late = { ...wanted, sla: { ...sla, low: { ack_seconds: 120, resolve_seconds: 60 } } }
  expect((await put(late)).status).toBe(422)
  expect((await put({ ...wanted, group_window_seconds: 1 })).status).toBe(422)
})

test('a case outlives its trace and says that the trace has expired', async () => {
  const { project } = await open()
  const { trace_id, case_id } = await decide(project, 'person')
  expect(await only(project)).toMatchObject({ trace_id, trace_expired: false })
  await hub.sql`delete from traces where project_no = ${await hub.numberOf(project)}`
  expect(await only(project)).toMatchObject({ trace_id, trace_expired: true })
  const { json } = await hub.send(project, 'GET', `/api/v1/cases/${String(case_id)}/traces`)
  expect(json['items']).toMatchObject([{ trace_id, expired: true, name: null }])
})
