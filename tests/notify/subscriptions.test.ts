import { afterAll, expect, test } from 'bun:test'
import { createKey } from '#shared/contract/projects.ts'
import { call } from '#shared/http/call.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { openNotify, caseOpened, SUBSCRIPTIONS, untilReceived } from './open-notify.ts'
import { answers, openReceiver } from './receiver.ts'

const hub = await openNotify()
const receiver = openReceiver()
afterAll(async () => {
  await hub.stop()
  await receiver.stop()
})

const NOBODY = crypto.randomUUID()

test('a subscription is made, read, changed, disabled and deleted, and each is in the audit', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  const made = await hub.send(project, 'POST', SUBSCRIPTIONS, {
    ...{
      url: `${hook.url}?token=abc`,
      events: ['case.*', 'case.*'],
      min_severity: 'high',
      description: 'On call',
    },
  })
  const { secret, ...shown } = made.json
  const id = String(shown['id'])
  expect(made.status).toBe(200)
  expect(String(secret)).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(shown).toMatchObject({
    ...{ project_id: project.project_id, events: ['case.*'], min_severity: 'high', format: 'standard' },
    ...{ enabled: true, from_environment: false, waiting: 0, dead: 0, description: 'On call' },
  })
  expect(String(shown['url'])).toEndWith('/…')
  const read = await hub.send(project, 'GET', `${SUBSCRIPTIONS}/${id}`)
  expect(read.json).toEqual(shown)
  expect((await hub.send(project, 'GET', SUBSCRIPTIONS)).json).toEqual([shown] as never)
  const changed = await hub.send(project, 'PATCH', `${SUBSCRIPTIONS}/${id}`, {
    ...{ events: ['trace.failed'], min_severity: null, enabled: false },
  })
  expect(changed.json).toMatchObject({
    ...{ events: ['trace.failed'], min_severity: null, enabled: false, disabled_reason: 'by_hand' },
    description: 'On call',
  })
  await hub.send(project, 'DELETE', `${SUBSCRIPTIONS}/${id}`)
  expect((await hub.send(project, 'GET', `${SUBSCRIPTIONS}/${id}`)).json['code']).toBe(
    'subscription_not_found',
  )
  const deeds = await hub.sql<
    { action: string }[]
  >`select action from audit where subject = ${id} order by at`
  expect(deeds.map(({ action }) => action)).toEqual([
    'subscription.created',
    'subscription.changed',
    'subscription.deleted',
  ])
})

test('neither a secret nor a token of a URL stands in the database in the clear', async () => {
  const project = await hub.mint()
  const token = ['token', crypto.randomUUID()].join('-')
  const { secret } = await hub.subscribe(project, `${receiver.hook().url}?t=${token}`)
  const [row] = await hub.sql<{ text: string }[]>`
    select string_agg(s::text, '') || (select string_agg(a::text, '') from audit a) as text from subscriptions s`
  expect(row?.text.includes(token)).toBe(false)
  expect(row?.text.includes(secret.slice(6))).toBe(false)
  const hex = Buffer.from(token).toString('hex')
  expect(row?.text.includes(hex)).toBe(false)
})

test.each([
  ['no event', { events: [] }],
  ['an event that is not one', { events: ['case.exploded'] }],
  ['a format that is not one', { format: 'xml' }],
  ['a severity that is not one', { min_severity: 'dire' }],
  ['events that the MVP had no body for', { events: ['trace.failed'], format: 'legacy' }],
  ['everything in the words of the MVP', { events: ['*'], format: 'legacy' }],
  ['no URL', { url: '' }],
  ['a URL with a line break', { url: 'http://127.0.0.1/\r\nx: y' }],
])('refused with 422 and without a row: %s', async (_what, more) => {
  const project = await hub.mint()
  const body = { url: receiver.hook().url, events: ['case.*'], ...more }
  expect((await hub.send(project, 'POST', SUBSCRIPTIONS, body)).status).toBe(422)
  expect((await hub.send(project, 'GET', SUBSCRIPTIONS)).json).toEqual([] as never)
})

test('a project has fifty subscriptions at most, also when they are made at once', async () => {
  const project = await hub.mint()
  const { url } = receiver.hook()
  const all = await Promise.all(
    Array.from({ length: 55 }, async () => hub.send(project, 'POST', SUBSCRIPTIONS, { url, events: ['*'] })),
  )
  expect(all.filter(({ status }) => status === 200)).toHaveLength(50)
  expect(new Set(all.filter(({ status }) => status !== 200).map(({ json }) => json['code']))).toEqual(
    new Set(['too_many_subscriptions']),
  )
})

test('another project sees, changes, tests and sends nothing of a subscription, as if it were not there', async () => {
  const [mine, other] = [await hub.mint(), await hub.mint()]
  const hook = receiver.hook(answers(500))
  const { id } = await hub.subscribe(mine, hook.url)
  await hub.tell(mine, caseOpened())
  const delivery = await hub.tried(mine, 1)
  const of = (subscription: string) => `${SUBSCRIPTIONS}/${subscription}`
  const asks = (subscription: string, sent: string): [string, string, unknown?][] => [
    ['GET', of(subscription)],
    ['PATCH', of(subscription), { enabled: false }],
    ['DELETE', of(subscription)],
    ['POST', `${of(subscription)}/rotate-secret`],
    ['POST', `${of(subscription)}/test`],
    ['POST', `${of(subscription)}/redeliver`],
    ['GET', `/api/v1/deliveries?subscription_id=${subscription}`],
    ['GET', `/api/v1/deliveries/${sent}`],
    ['POST', `/api/v1/deliveries/${sent}/redeliver`],
  ]
  const answered = async (subscription: string, sent: string) => {
    const all = []
    for (const [method, path, body] of asks(subscription, sent)) {
      const { status, json } = await hub.send(other, method, path, body)
      all.push({ status, code: json['code'], detail: json['detail'] })
    }
    return all
  }
  const foreign = await answered(id, delivery?.id ?? '')
  expect(foreign.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 404))
  expect(foreign).toEqual(await answered(NOBODY, NOBODY))
  expect((await hub.send(other, 'GET', SUBSCRIPTIONS)).json).toEqual([] as never)
  expect(await hub.log(other)).toEqual([])
  expect(hook.received()).toHaveLength(1)
  expect((await hub.send(mine, 'GET', of(id))).json['enabled']).toBe(true)
})

/** A further key of a project. */
async function keyOf({ project_id }: TestProject, scope: 'read' | 'ingest') {
  const made = await call(
    ...([hub.api.fetch, 'http://localhost', createKey] as const),
    { params: { project_id }, body: { name: scope, scope } },
    { 'x-api-key': 'dev-key' },
  )
  return { project_id, key: made.api_key }
}

test('a key that reads sees subscriptions and changes none; one that ingests does neither', async () => {
  const project = await hub.mint()
  const { id } = await hub.subscribe(project, receiver.hook().url)
  const statuses = async (scope: 'read' | 'ingest') => {
    const key = await keyOf(project, scope)
    const asks: [string, string, unknown?][] = [
      ['GET', SUBSCRIPTIONS],
      ['GET', '/api/v1/deliveries'],
      ['POST', SUBSCRIPTIONS, { url: 'http://127.0.0.1:1/', events: ['*'] }],
      ['PATCH', `${SUBSCRIPTIONS}/${id}`, { enabled: false }],
      ['POST', `${SUBSCRIPTIONS}/${id}/test`],
      ['POST', `${SUBSCRIPTIONS}/${id}/rotate-secret`],
    ]
    const found = []
    for (const [method, path, body] of asks) found.push((await hub.send(key, method, path, body)).status)
    return found
  }
  expect(await statuses('read')).toEqual([200, 200, 403, 403, 403, 403])
  expect(await statuses('ingest')).toEqual([403, 403, 403, 403, 403, 403])
})

test('a test is sent once and says how it ended, also while the subscription is disabled; it is never tried again', async () => {
  const project = await hub.mint()
  const hook = receiver.hook((_request, nth) => new Response(null, { status: nth === 1 ? 204 : 418 }))
  const { id } = await hub.subscribe(project, hook.url, { events: ['case.*'] })
  const tryOut = async () => (await hub.send(project, 'POST', `${SUBSCRIPTIONS}/${id}/test`)).json
  expect(await tryOut()).toMatchObject({
    ok: true,
    delivery: { event: 'webhook.test', last: { status: 204 } },
  })
  await hub.send(project, 'PATCH', `${SUBSCRIPTIONS}/${id}`, { enabled: false })
  expect(await tryOut()).toMatchObject({
    ok: false,
    delivery: { state: 'dead', last: { error: 'http_418' } },
  })
  expect((await hub.send(project, 'GET', `${SUBSCRIPTIONS}/${id}`)).json['failing_since']).toBeNull()
  hub.wake()
  await Bun.sleep(100)
  expect(hook.received()).toHaveLength(2)
})

test('deliveries come in pages, newest first, without a gap or a repeat', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  await hub.subscribe(project, hook.url)
  await hub.tell(project, ...Array.from({ length: 7 }, () => caseOpened()))
  await untilReceived(hook, 7)
  const whole = (await hub.log(project)).map(({ id }) => id)
  const pages: string[] = []
  let cursor: unknown = ''
  while (cursor !== null) {
    const { json } = await hub.send(
      project,
      'GET',
      `/api/v1/deliveries?page_size=3${cursor ? `&cursor=${String(cursor)}` : ''}`,
    )
    pages.push(...(json['items'] as { id: string }[]).map(({ id }) => id))
    cursor = json['next_cursor']
  }
  expect(pages).toEqual(whole)
  expect(pages).toHaveLength(7)
  const bad = await hub.send(project, 'GET', '/api/v1/deliveries?cursor=elsewhere')
  expect(bad).toMatchObject({ status: 422, json: { code: 'validation_error' } })
})

test('WEBHOOK_URL hears of the cases of every project in the words of the MVP, and belongs to the environment', async () => {
  const hook = receiver.hook()
  const own = await openNotify({ webhook_url: hook.url })
  const [one, other] = [await own.mint(), await own.mint()]
  await own.tell(one, caseOpened())
  await own.tell(other, caseOpened(), { event: 'trace.failed', payload: { trace_id: 't' } })
  const messages = await untilReceived(hook, 2)
  expect(messages.map(({ body }) => Object.keys(JSON.parse(body) as object))).toEqual(
    Array.from({ length: 2 }, () => ['case_id', 'trace_id', 'reason_code', 'status', 'created_at']),
  )
  const { json } = await own.send(one, 'GET', SUBSCRIPTIONS)
  expect(json).toMatchObject([{ project_id: null, format: 'legacy', from_environment: true }] as never)
  const [{ id }] = json as unknown as [{ id: string }]
  const refused = await own.send(one, 'PATCH', `${SUBSCRIPTIONS}/${id}`, { url: 'http://127.0.0.1:4000/' })
  expect(refused).toMatchObject({ status: 409, json: { code: 'subscription_fixed' } })
  expect((await own.send(one, 'DELETE', `${SUBSCRIPTIONS}/${id}`)).status).toBe(409)
  // Each project sees its own of what was sent there.
  expect(await own.log(one)).toHaveLength(1)
  expect(await own.log(other)).toHaveLength(1)
  await own.stop()
})
