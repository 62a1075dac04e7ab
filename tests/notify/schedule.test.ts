import { afterAll, expect, test } from 'bun:test'
import { until } from '#shared/testing/until.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { openNotify, caseOpened, SUBSCRIPTIONS, untilReceived, verified } from './open-notify.ts'
import { answers, openReceiver, type Hook } from './receiver.ts'

const hub = await openNotify()
const receiver = openReceiver()
afterAll(async () => {
  await hub.stop()
  await receiver.stop()
})

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const OFFSETS = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  DAY,
]

/** Sets the clock, has what is due sent, and waits until so many attempts are settled. */
async function moveTo(now: number, project: TestProject, attempts: number) {
  hub.deps.setClock(now)
  hub.wake()
  await hub.tried(project, attempts)
}

/** Looks once more at what is due, and gives how many requests there were. */
async function stillOnly(hook: Hook): Promise<number> {
  hub.wake()
  await Bun.sleep(100)
  return hook.received().length
}

test('a failure is tried ten times over a day, to the second, then it is a dead letter; redelivered it keeps its id', async () => {
  const project = await hub.mint()
  const hook = receiver.hook(answers(500))
  const { id, secret } = await hub.subscribe(project, hook.url, { events: ['case.opened'] })
  const start = Date.now()
  hub.deps.setClock(start)
  await hub.tell(project, caseOpened())
  await moveTo(start, project, 1)
  for (const [nth, offset] of OFFSETS.entries()) {
    if (nth === 0) continue
    // Just before nothing is due.
    hub.deps.setClock(start + offset - 1)
    expect(await stillOnly(hook)).toBe(nth)
    await moveTo(start + offset, project, nth + 1)
  }
  expect(await hub.log(project)).toMatchObject([{ state: 'dead', attempts: 10, last: { error: 'http_500' } }])
  hub.deps.setClock(start + 2 * DAY)
  expect(await stillOnly(hook)).toBe(10)

  hook.behave(answers(204))
  const [dead] = await hub.log(project, `?state=dead&subscription_id=${id}`)
  const again = await hub.send(project, 'POST', `/api/v1/deliveries/${dead?.id}/redeliver`)
  expect(again).toMatchObject({ status: 200, json: { id: dead?.id, state: 'pending' } })
  await moveTo(start + 2 * DAY, project, 11)
  expect(await hub.log(project)).toMatchObject([{ state: 'delivered', attempts: 11 }])
  const messages = hook.received()
  expect(new Set(messages.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([dead?.id ?? '']))
  expect(new Set(messages.map(({ body }) => body)).size).toBe(1)
  // Each attempt is signed at its own time.
  const times = messages.map(({ headers }) => Number(headers['webhook-timestamp']))
  expect(times.slice(0, 10)).toEqual(OFFSETS.map((offset) => Math.floor((start + offset) / 1000)))
  const first = messages[0]
  if (!first) throw new Error('nothing came')
  expect(verified(first, secret).type).toBe('case.opened')
  const { json } = await hub.send(project, 'GET', `/api/v1/deliveries/${dead?.id}`)
  expect(json['attempts']).toHaveLength(11)
  expect(json['body']).toBe(first.body)
  hub.deps.setClock(null)
})

test('jitter only delays, and by at most a tenth of the gap', async () => {
  const late = await openNotify({ outside: { random: () => 1 } })
  const project = await late.mint()
  const hook = receiver.hook(answers(503))
  await late.subscribe(project, hook.url)
  const start = Date.now()
  late.deps.setClock(start)
  await late.tell(project, caseOpened())
  await late.tried(project, 1)
  const { json } = await late.send(project, 'GET', '/api/v1/deliveries')
  expect(json['items']).toMatchObject([{ due_at: new Date(start + 5500).toISOString() }])
  await late.stop()
})

test.each([
  ['seconds', (_now: number) => '3600', HOUR],
  ['a date', (now: number) => new Date(now + HOUR).toUTCString(), HOUR],
  ['nothing that can be read', (_now: number) => 'soon', 5 * SECOND],
  ['far more than a day', (_now: number) => '99999999', DAY],
])('Retry-After is honoured: %s', async (_what, said, wait) => {
  const project = await hub.mint()
  const now = Math.floor(Date.now() / 1000) * 1000
  hub.deps.setClock(now)
  const hook = receiver.hook(answers(429, { 'retry-after': said(now) }))
  await hub.subscribe(project, hook.url)
  await hub.tell(project, caseOpened())
  await moveTo(now, project, 1)
  const { json } = await hub.send(project, 'GET', '/api/v1/deliveries')
  expect(json['items']).toMatchObject([{ state: 'pending', due_at: new Date(now + wait).toISOString() }])
  hub.deps.setClock(null)
})

test('410 disables a subscription at once, and the others of the project hear of it', async () => {
  const project = await hub.mint()
  const [gone, other] = [receiver.hook(answers(410)), receiver.hook()]
  const { id } = await hub.subscribe(project, gone.url, { events: ['case.*'] })
  await hub.subscribe(project, other.url, { events: ['subscription.disabled'] })
  await hub.tell(project, caseOpened(), caseOpened(), caseOpened())
  const [message] = await untilReceived(other, 1)
  expect(JSON.parse(message?.body ?? '')).toMatchObject({ data: { subscription_id: id, reason: 'gone' } })
  const { json } = await hub.send(project, 'GET', `${SUBSCRIPTIONS}/${id}`)
  expect(json).toMatchObject({ enabled: false, disabled_reason: 'gone', waiting: 0, dead: 3 })
  const before = gone.received().length
  await hub.tell(project, caseOpened())
  await until('the outbox is empty', async () => (await hub.sql`select 1 from outbox`).count === 0)
  expect(gone.received()).toHaveLength(before)
  // It may not be redelivered to who wants nothing; enabled again it may, and all of it.
  expect(await hub.send(project, 'POST', `${SUBSCRIPTIONS}/${id}/redeliver`)).toMatchObject({
    ...{ status: 409, json: { code: 'subscription_disabled' } },
  })
  gone.behave(answers(204))
  await hub.send(project, 'PATCH', `${SUBSCRIPTIONS}/${id}`, { enabled: true })
  const again = await hub.send(project, 'POST', `${SUBSCRIPTIONS}/${id}/redeliver`)
  expect(again.json).toEqual({ redelivered: 3, remaining: 0 })
  await untilReceived(gone, before + 3)
})

test('where nothing arrives for five days the next delivery that is given up disables it, with an event', async () => {
  const project = await hub.mint()
  const [broken, other] = [receiver.hook(answers(500)), receiver.hook()]
  const { id } = await hub.subscribe(project, broken.url, { events: ['case.*'] })
  await hub.subscribe(project, other.url, { events: ['subscription.*'] })
  const start = Date.now()
  hub.deps.setClock(start)
  await hub.tell(project, caseOpened())
  await moveTo(start, project, 1)
  const ageTo = async (now: number) => {
    // The last try of the day, without the eight in between.
    await hub.sql`update deliveries set tries = 9, due_at = ${new Date(now)} where subscription_id = ${id} and state = 'pending'`
    hub.deps.setClock(now)
    hub.wake()
    await until(
      'it is given up',
      async () => (await hub.log(project, `?subscription_id=${id}`))[0]?.state === 'dead',
    )
    return (await hub.send(project, 'GET', `${SUBSCRIPTIONS}/${id}`)).json
  }
  expect(await ageTo(start + DAY)).toMatchObject({
    enabled: true,
    failing_since: new Date(start).toISOString(),
  })
  await hub.tell(project, caseOpened())
  await hub.tried(project, 1, `?subscription_id=${id}`)
  expect(await ageTo(start + 5 * DAY)).toMatchObject({ enabled: false, disabled_reason: 'failing' })
  const [message] = await untilReceived(other, 1)
  expect(JSON.parse(message?.body ?? '')).toMatchObject({ data: { subscription_id: id, reason: 'failing' } })
  hub.deps.setClock(null)
})

test('after a rotation both secrets sign for the time that was said, then the new one alone', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  const { id, secret } = await hub.subscribe(project, hook.url)
  const start = Date.now()
  hub.deps.setClock(start)
  const { json } = await hub.send(project, 'POST', `${SUBSCRIPTIONS}/${id}/rotate-secret?grace_seconds=60`)
  const renewed = String(json['secret'])
  expect(renewed).toMatch(/^whsec_/)
  expect(renewed).not.toBe(secret)
  await hub.tell(project, caseOpened())
  const [both] = await untilReceived(hook, 1)
  hub.deps.setClock(start + 60_000)
  await hub.tell(project, caseOpened())
  const [, alone] = await untilReceived(hook, 2)
  if (!both || !alone) throw new Error('nothing came')
  expect(verified(both, secret)).toEqual(verified(both, renewed))
  expect(verified(alone, renewed).type).toBe('case.opened')
  expect(() => verified(alone, secret)).toThrow()
  hub.deps.setClock(null)
})
