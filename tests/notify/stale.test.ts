import { afterAll, afterEach, expect, test } from 'bun:test'
import { testDeps } from '#shared/testing/deps.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { until } from '#shared/testing/until.ts'
import { tellStale } from '../../ingest/record/tell-stale.ts'
import { openNotify, untilReceived } from './open-notify.ts'
import { openReceiver } from './receiver.ts'

const hub = await openNotify()
const other = await testDeps(hub.url)
const receiver = openReceiver()
afterAll(async () => {
  await other.stop()
  await hub.stop()
  await receiver.stop()
})
afterEach(() => hub.deps.setClock(null))

const MINUTE = 60_000

/** Three processes look at the same moment; gives how many traces of the project have been told of by then. */
async function lookAt({ project_id }: TestProject, now: number): Promise<number> {
  hub.deps.setClock(now)
  other.setClock(now)
  await Promise.all([tellStale(hub.deps), tellStale(other), tellStale(hub.deps)])
  const [row] = await hub.sql<{ told: number }[]>`
    select changed::int as told from upkeep_cursors
    where job = 'stale ' || (select project_no from projects where project_id = ${project_id})`
  return row?.told ?? -1
}

/** Sends a trace with one span, which is open unless it is said to have ended. */
async function send(project: TestProject, trace_id: string, more: { status?: string; ended?: boolean } = {}) {
  const start_time = new Date(hub.deps.clock()).toISOString()
  const key = { idempotency_key: crypto.randomUUID() }
  const span = { trace_id, span_id: crypto.randomUUID(), name: 's', span_type: 'llm', start_time, ...key }
  const end = more.ended ? { end_time: start_time, status: 'success' } : {}
  const trace = { trace_id, name: 'chat', start_time, status: more.status ?? 'running' }
  const body = { trace, spans: [{ ...span, ...end }] }
  const { status, json } = await hub.send(project, 'POST', '/api/v1/ingest/traces', body)
  expect([status, json['rejected']]).toEqual([200, []])
}

async function open() {
  const project = await hub.mint()
  const hook = receiver.hook()
  await hub.subscribe(project, hook.url, { events: ['trace.stale'] })
  const now = Date.now()
  hub.deps.setClock(now)
  await lookAt(project, now)
  return { project, hook, now }
}

const nothingWaits = () =>
  until('the outbox is empty', async () => (await hub.sql`select 1 from outbox`).count === 0)

test('a trace that goes quiet for half an hour with a span open is told once, however many processes look', async () => {
  const { project, hook, now } = await open()
  const trace_id = crypto.randomUUID()
  await send(project, trace_id)
  await lookAt(project, now + 30 * MINUTE)
  await nothingWaits()
  expect(hook.received()).toEqual([])
  expect(await lookAt(project, now + 30 * MINUTE + 1)).toBe(1)
  const [message] = await untilReceived(hook, 1)
  expect(JSON.parse(message?.body ?? '')).toMatchObject({
    type: 'trace.stale',
    data: { project_id: project.project_id, trace_id, quiet_since: new Date(now).toISOString() },
  })
  for (const minutes of [31, 60, 600]) expect(await lookAt(project, now + minutes * MINUTE)).toBe(1)
  await nothingWaits()
  expect(hook.received()).toHaveLength(1)
})

test('what has ended, has no span open or was heard of since is not told', async () => {
  const { project, hook, now } = await open()
  const awake = crypto.randomUUID()
  await send(project, crypto.randomUUID(), { status: 'success' })
  await send(project, crypto.randomUUID(), { ended: true })
  await send(project, awake)
  hub.deps.setClock(now + 20 * MINUTE)
  await send(project, awake)
  expect(await lookAt(project, now + 40 * MINUTE)).toBe(0)
  await nothingWaits()
  expect(hook.received()).toEqual([])
})

test('a trace that wakes up and goes quiet again is told again', async () => {
  const { project, hook, now } = await open()
  const trace_id = crypto.randomUUID()
  await send(project, trace_id)
  expect(await lookAt(project, now + 31 * MINUTE)).toBe(1)
  await send(project, trace_id)
  expect(await lookAt(project, now + 60 * MINUTE)).toBe(1)
  expect(await lookAt(project, now + 62 * MINUTE)).toBe(2)
  const messages = await untilReceived(hook, 2)
  expect(messages.map(({ body }) => body.includes(trace_id))).toEqual([true, true])
})

test('of a thousand that one request left open each is told once, and what was quiet before the first look is not', async () => {
  const project = await hub.mint()
  const early = Date.now()
  hub.deps.setClock(early)
  await send(project, crypto.randomUUID())
  const now = early + 60 * MINUTE
  expect(await lookAt(project, now)).toBe(0)
  const event_time = new Date(now).toISOString()
  const events = Array.from({ length: 1001 }, (_, at) => {
    const ids = { trace_id: crypto.randomUUID(), span_id: `s${at}`, idempotency_key: `k${at}` }
    return { ...ids, event_type: 'SPAN_STARTED', event_time, payload: { name: 's', span_type: 'llm' } }
  })
  const { status, json } = await hub.send(project, 'POST', '/api/v1/ingest/spans', { events })
  expect([status, json['rejected'], json['detail']]).toEqual([200, [], undefined])
  expect(await lookAt(project, now + 31 * MINUTE)).toBe(1001)
  expect(await lookAt(project, now + 32 * MINUTE)).toBe(1001)
})
