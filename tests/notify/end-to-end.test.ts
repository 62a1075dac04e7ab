import { afterAll, afterEach, expect, test } from 'bun:test'
import { createPolicy } from '#shared/contract/policies.ts'
import { call } from '#shared/http/call.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { until } from '#shared/testing/until.ts'
import { announceBreaches } from '../../decide/cases/announce-breaches.ts'
import { lookAtAlerts } from '../../notify/alerts/watch-alerts.ts'
import { openOutside } from '../../notify/open-outside.ts'
import { DAY, MINUTE, POLICY } from '../decide/open-cases-hub.ts'
import { openNotify, untilReceived, verified } from './open-notify.ts'
import { answers, openReceiver, type Hook } from './receiver.ts'

const receiver = openReceiver()
const legacy = receiver.hook()
const hub = await openNotify({ webhook_url: legacy.url })
afterAll(async () => {
  await hub.stop()
  await receiver.stop()
})
afterEach(() => hub.deps.setClock(null))

type Json = Record<string, unknown>

/** A project whose policy escalates, and a subscription of it. */
async function open(hook: Hook, events: string[]) {
  const project = await hub.mint()
  const body = { name: 'support', active: true, definition: POLICY }
  await call(hub.api.fetch, 'http://localhost', createPolicy, { body }, { 'x-api-key': project.key })
  return { project, ...(await hub.subscribe(project, hook.url, { events })) }
}

async function escalate(project: TestProject, kind: string, more: Json = {}): Promise<Json> {
  const request_payload = { kind, ...more }
  const asked = { idempotency_key: crypto.randomUUID(), input: 'a', output: 'b', request_payload }
  const { status, json } = await hub.send(project, 'POST', '/api/v1/decide', asked)
  expect([status, json['detail']]).toEqual([200, undefined])
  return json['decision'] as Json
}

const casesOf = async (project: TestProject) =>
  (await hub.send(project, 'GET', '/api/v1/cases')).json['items'] as Json[]

const typesOf = (hook: Hook) => hook.received().map(({ body }) => String((JSON.parse(body) as Json)['type']))

const allSent = (project: TestProject) =>
  until('nothing waits any more', async () => {
    const { count } = await hub.sql`select 1 from outbox`
    return count === 0 && (await hub.log(project, '?state=pending')).length === 0
  })

test('200 parallel escalations of one kind are one case, and one signed webhook says that it opened', async () => {
  const hook = receiver.hook()
  const { project, secret } = await open(hook, ['case.*'])
  const decisions = await Promise.all(Array.from({ length: 200 }, () => escalate(project, 'person')))
  await allSent(project)
  const [found, ...others] = await casesOf(project)
  expect([others, found?.['occurrences'], found?.['status']]).toEqual([[], 200, 'open'])
  expect(new Set(decisions.map(({ case_id }) => case_id))).toEqual(new Set([found?.['id']]))
  expect(typesOf(hook).toSorted()).toEqual(['case.grouped', 'case.grouped', 'case.opened'])
  const opened = hook.received().map((message) => verified(message, secret))
  expect(opened.find(({ type }) => type === 'case.opened')?.data).toMatchObject({
    project_id: project.project_id,
    case_id: found?.['id'],
    occurrences: 1,
    reason_code: 'NEEDS_PERSON',
  })
  // The receiver of WEBHOOK_URL hears of it too, once, in the five fields of the MVP.
  const told = legacy.received().filter(({ body }) => body.includes(String(found?.['id'])))
  expect(told.map(({ body }) => JSON.parse(body) as Json)).toEqual([
    {
      case_id: found?.['id'],
      trace_id: found?.['trace_id'],
      reason_code: 'NEEDS_PERSON',
      status: 'open',
      created_at: String(found?.['created_at']).replace(/Z$/, '').padEnd(26, '0'),
    },
  ])
}, 60_000)

test('W-43: 18 parallel escalations answer while every receiver hangs', async () => {
  const over = Promise.withResolvers<void>()
  const hangs = async () => {
    await over.promise
    return new Response(null, { status: 204 })
  }
  const hook = receiver.hook(hangs)
  const { project } = await open(hook, ['case.opened'])
  legacy.behave(hangs)
  try {
    await escalate(project, 'by-user', { user: 'the first' })
    await untilReceived(hook, 1)
    const users = Array.from({ length: 18 }, (_, at) => `user ${at}`)
    const decisions = await Promise.all(users.map((user) => escalate(project, 'by-user', { user })))
    expect(new Set(decisions.map(({ case_id }) => case_id)).size).toBe(18)
    // None of the receivers has answered anything: it holds what it got, and the others wait.
    expect(await hub.log(project, '?state=delivered')).toEqual([])
    expect(await casesOf(project)).toHaveLength(19)
  } finally {
    legacy.behave(answers(204))
    over.resolve()
  }
  await until('all arrive once they may', async () => (await hub.log(project, '?state=pending')).length === 0)
})

/** A receiver that writes what it is told to and then closes the connection. */
const listen = (text: string) =>
  Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(socket) {
        socket.write(text)
        socket.end()
      },
    },
  })

test.each([
  ['answers 500', 'HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n', 'http_500'],
  [
    'redirects to the metadata address',
    'HTTP/1.1 307 Go\r\nlocation: http://169.254.169.254/latest/meta-data\r\ncontent-length: 0\r\n\r\n',
    'redirect',
  ],
  ['closes before it has answered', '', 'connection_lost'],
  ['closes in the middle of its head', 'HTTP/1.1 200 OK\r\ncontent-le', 'connection_lost'],
  // The status has come, and a body is not read.
  ['closes in the middle of its body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc', null],
  ['says no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'bad_response'],
])('a receiver that %s: the decision stands, and the log says what happened', async (_what, text, error) => {
  const server = listen(text)
  const hook = { ...receiver.hook(), url: `http://127.0.0.1:${server.port}/hook` }
  const { project, id } = await open(hook, ['case.opened'])
  await escalate(project, 'person')
  const state = error === null ? 'delivered' : 'pending'
  // The log has what went to WEBHOOK_URL as well.
  expect(await hub.tried(project, 1, `?subscription_id=${id}`)).toMatchObject({
    state,
    attempts: 1,
    last: { error },
  })
  expect(await casesOf(project)).toHaveLength(1)
  server.stop(true)
})

test('a case that nobody takes in time is told, counted by an alert, and both are told of; by a clock that is set', async () => {
  const hook = receiver.hook()
  const { project } = await open(hook, ['case.sla_breached', 'alert.*'])
  const now = Date.now()
  hub.deps.setClock(now)
  const { case_id } = await escalate(project, 'urgent')
  const watch = { metric: 'sla_breaches', comparison: 'above', threshold: 0, window_minutes: 5 }
  const more = { name: 'Missed', for_minutes: 0, filter: { rule: 'urgent' } }
  expect((await hub.send(project, 'POST', '/api/v1/alerts', { ...watch, ...more })).status).toBe(200)
  const other = { ...watch, ...more, filter: { rule: 'person' } }
  expect((await hub.send(project, 'POST', '/api/v1/alerts', other)).status).toBe(200)
  const own = { ...hub.deps, ...openOutside(hub.deps) }
  async function lookAt(minutes: number) {
    hub.deps.setClock(now + minutes * MINUTE)
    await announceBreaches(hub.deps)
    hub.deps.setClock(now + minutes * MINUTE + 1)
    await lookAtAlerts(own)
    const { json } = await hub.send(project, 'GET', '/api/v1/alerts')
    const alerts = json as unknown as { value: number; state: string; filter: Json }[]
    return Object.fromEntries(
      alerts.map(({ filter, value, state }) => [String(filter['rule']), [state, value]]),
    )
  }
  expect(await lookAt(14)).toEqual({ urgent: ['ok', 0], person: ['ok', 0] })
  expect(await lookAt(16)).toEqual({ urgent: ['firing', 1], person: ['ok', 0] })
  expect(await lookAt(30)).toEqual({ urgent: ['ok', 0], person: ['ok', 0] })
  await allSent(project)
  expect(typesOf(hook).toSorted()).toEqual(['alert.fired', 'alert.recovered', 'case.sla_breached'])
  const breached = hook.received().map(({ body }) => JSON.parse(body) as { type: string; data: Json })
  expect(breached.find(({ type }) => type === 'case.sla_breached')?.data).toMatchObject({
    ...{ case_id, clock: 'acknowledge', due_at: new Date(now + 15 * MINUTE).toISOString() },
  })
})

test('what comes again after it was resolved is told as reopened by the hub, a false alarm that comes again is not', async () => {
  const hook = receiver.hook()
  const { project } = await open(hook, ['case.*'])
  const now = Date.now()
  hub.deps.setClock(now)
  const ids = [await escalate(project, 'urgent'), await escalate(project, 'person')].map(
    (one) => one['case_id'],
  )
  for (const [at, outcome] of ['true_positive', 'false_positive'].entries()) {
    const { status } = await hub.send(project, 'POST', `/api/v1/cases/${String(ids[at])}/resolve`, {
      outcome,
    })
    expect(status).toBe(200)
  }
  hub.deps.setClock(now + 13 * DAY)
  await escalate(project, 'urgent')
  await escalate(project, 'person')
  await allSent(project)
  const reopened = hook
    .received()
    .map(({ body }) => JSON.parse(body) as { type: string; data: Json })
    .filter(({ type }) => type === 'case.reopened')
  expect(reopened.map(({ data }) => [data['case_id'], data['regression'], data['actor']])).toEqual([
    [ids[0], true, 'hub'],
  ])
})

test('events that an older release announced are dropped on upgrade, in one line that counts them', async () => {
  const hook = receiver.hook()
  const { project } = await open(hook, ['*'])
  await allSent(project)
  const before = hook.received().length
  await hub.sql`
    insert into outbox (created_at, project_no, event, payload)
    select now(), project_no, 'trace.failed', jsonb_build_object('trace_no', n)
    from projects, generate_series(1, 1200) n where project_id = ${project.project_id}`
  await hub.tell(project, { event: 'trace.failed', payload: { trace_id: 'of this release' } })
  await untilReceived(hook, before + 1)
  await allSent(project)
  const lines = hub.deps.logged.filter((line) => line.includes('another release'))
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', events: 1200 })
  expect(hook.received()).toHaveLength(before + 1)
})
