import { afterAll, expect, test } from 'bun:test'
import { until } from '#shared/testing/until.ts'
import { openNotify, caseOpened, SUBSCRIPTIONS, untilReceived, verified } from './open-notify.ts'
import { answers, hangs, openReceiver } from './receiver.ts'

const hub = await openNotify()
const receiver = openReceiver()
afterAll(async () => {
  await hub.stop()
  await receiver.stop()
})

const idOf = ({ headers }: { headers: Record<string, string> }) => headers['webhook-id']

test('a trace that fails is told within the second, signed so that the standard library believes it', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  const { secret } = await hub.subscribe(project, hook.url, { events: ['trace.failed'] })
  const trace = {
    trace_id: crypto.randomUUID(),
    name: 'chat',
    status: 'error',
    start_time: new Date().toISOString(),
  }
  expect((await hub.send(project, 'POST', '/api/v1/ingest/traces', { trace })).status).toBe(200)
  const [message] = await untilReceived(hook, 1)
  if (!message) throw new Error('nothing came')
  const { timestamp, ...said } = verified(message, secret)
  expect(Math.abs(Date.parse(timestamp) - Date.now())).toBeLessThan(60_000)
  expect(said).toEqual({
    type: 'trace.failed',
    data: { project_id: project.project_id, trace_id: trace.trace_id },
  })
  expect(message.headers['content-type']).toBe('application/json')
  const other = ['whsec_', Buffer.alloc(32, 7).toString('base64')].join('')
  expect(() => verified(message, other)).toThrow()
  expect(() => verified({ ...message, body: message.body.replace('chat', 'chut') + ' ' }, secret)).toThrow()
  // The receiver has it before its answer is written down.
  await until('it is marked', async () => (await hub.log(project))[0]?.['state'] === 'delivered')
  const [delivery] = await hub.log(project)
  expect(delivery).toMatchObject({
    id: idOf(message),
    state: 'delivered',
    attempts: 1,
    last: { status: 204, error: null },
  })
})

test('a decision goes out under what is wrong with it, a clean one not at all and leaves no row behind', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  await hub.subscribe(project, hook.url, { events: ['decision.*'] })
  const decision = (action: 'BLOCK' | 'ESCALATE' | 'ALLOW_ANSWER', degraded: boolean) => ({
    event: 'decision.made' as const,
    payload: {
      ...{ decision_id: crypto.randomUUID(), trace_id: 't', action, reason_code: 'R', severity: 'low' },
      ...{
        rule: null,
        policy: 'p',
        policy_version: 1,
        degraded,
        degraded_reasons: degraded ? ['timeout'] : [],
      },
    },
  })
  await hub.tell(project, decision('ALLOW_ANSWER', false))
  await hub.tell(project, decision('BLOCK', false), decision('ESCALATE', true))
  const messages = await untilReceived(hook, 3)
  const types = messages.map(({ body }) => (JSON.parse(body) as { type: string }).type)
  expect(types.toSorted()).toEqual(['decision.blocked', 'decision.degraded', 'decision.escalated'])
  expect(await hub.log(project)).toHaveLength(3)
})

test('the members of the data come in the order in which the schema has them', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  await hub.subscribe(project, hook.url, { events: ['case.opened'] })
  const opened = caseOpened()
  await hub.tell(project, opened)
  const [message] = await untilReceived(hook, 1)
  const { data } = JSON.parse(message?.body ?? '') as { data: object }
  expect(Object.keys(data)).toEqual(['project_id', ...Object.keys(opened.payload)])
})

test('a legacy subscription gets the five fields of the MVP, byte for byte', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  await hub.subscribe(project, hook.url, { events: ['case.opened'], format: 'legacy' })
  const opened = caseOpened()
  await hub.tell(project, opened)
  const [message] = await untilReceived(hook, 1)
  expect(message?.body).toBe(
    `{"case_id":"${opened.payload.case_id}","trace_id":"trace-1","reason_code":"PII_FOUND","status":"open",` +
      '"created_at":"2026-11-24T06:42:21.836573"}',
  )
})

test('a Slack subscription gets blocks whose texts cannot mention or link, and leads to the case', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  const { id } = await hub.subscribe(project, hook.url, { events: ['case.opened'], format: 'slack' })
  const opened = caseOpened({ rule: '<!channel> & <http://evil.example|click>' })
  await hub.tell(project, opened)
  const [message] = await untilReceived(hook, 1)
  const body = message?.body ?? ''
  expect(JSON.parse(body)).toMatchObject({
    blocks: [{ type: 'header' }, { type: 'section' }, { type: 'actions' }],
  })
  expect(body).not.toContain('<')
  expect(body).toContain(`/cases/${opened.payload.case_id}?project_id=${project.project_id}`)
  // Slack's path is what lets one post: it is not shown again.
  const shown = await hub.send(project, 'GET', `${SUBSCRIPTIONS}/${id}`)
  expect(shown.json['url']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/…$/)
})

test('only what was asked for is sent, and nothing of another project', async () => {
  const [mine, other] = [await hub.mint(), await hub.mint()]
  const [severe, resolved, elsewhere] = [receiver.hook(), receiver.hook(), receiver.hook()]
  await hub.subscribe(mine, severe.url, { events: ['case.*'], min_severity: 'high' })
  await hub.subscribe(mine, resolved.url, { events: ['case.resolved'] })
  await hub.subscribe(other, elsewhere.url)
  const high = caseOpened({ severity: 'high' })
  // A severity of a policy's own counts as medium.
  await hub.tell(mine, caseOpened({ severity: 'low' }), caseOpened({ severity: 'odd' }), high)
  const [message] = await untilReceived(severe, 1)
  expect(message?.body).toContain(high.payload.case_id)
  expect(await hub.log(mine)).toHaveLength(1)
  expect([severe, resolved, elsewhere].map(({ received }) => received().length)).toEqual([1, 0, 0])
  expect(await hub.log(other)).toEqual([])
})

test('first attempts start in the order in which events were announced', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  await hub.subscribe(project, hook.url, { events: ['case.opened'] })
  const cases = Array.from({ length: 40 }, () => caseOpened())
  await hub.tell(project, ...cases)
  const messages = await untilReceived(hook, 40)
  const sent = messages.map(({ body }) => (JSON.parse(body) as { data: { case_id: string } }).data.case_id)
  const wanted = cases.map(({ payload }) => payload.case_id)
  // Two are under way at once, so a message may change places with its neighbour and no further.
  expect(sent.every((id, place) => Math.abs(wanted.indexOf(id) - place) <= 2)).toBe(true)
  expect(new Set(sent).size).toBe(40)
})

test('W-42, W-43: receivers that hang hold up nobody else, and no ingestion', async () => {
  const project = await hub.mint()
  const [hanging, good] = [receiver.hook(hangs), receiver.hook()]
  await hub.subscribe(project, hanging.url)
  await hub.subscribe(project, good.url)
  await hub.tell(project, ...Array.from({ length: 18 }, () => caseOpened()))
  await untilReceived(good, 18)
  const trace = { trace_id: crypto.randomUUID(), name: 'n', start_time: new Date().toISOString() }
  expect((await hub.send(project, 'POST', '/api/v1/ingest/traces', { trace })).status).toBe(200)
  // Two at a time are tried at the one that hangs; the others wait, and none of them is lost.
  await until(
    'the good ones are settled',
    async () => (await hub.log(project, '?state=delivered')).length === 18,
  )
  expect(await hub.log(project, '?state=pending')).toHaveLength(18)
  expect(hanging.received()).toHaveLength(2)
})

test('a hundred and thirty receivers that hang do not hold up another one', async () => {
  const hanging = receiver.hook(hangs)
  const [project, ...others] = await Promise.all([1, 2, 3, 4].map(async () => hub.mint()))
  if (!project) throw new Error('no project')
  for (const [at, other] of others.entries())
    for (let n = 0; n < (at === 2 ? 30 : 50); n++) await hub.subscribe(other, hanging.url)
  for (const other of others) await hub.tell(other, caseOpened(), caseOpened())
  await untilReceived(hanging, 256)
  const good = receiver.hook()
  await hub.subscribe(project, good.url)
  await hub.tell(project, caseOpened())
  await untilReceived(good, 1)
  await until('all the others hang', () => hanging.received().length === 260)
  const settled = await Promise.all(others.map(async (other) => hub.log(other, '?state=delivered')))
  expect(settled.flat()).toEqual([])
}, 60_000)

test('W-37: a redirect is a failure, and what it leads to is never asked', async () => {
  const project = await hub.mint()
  const inside = receiver.hook()
  const hook = receiver.hook(answers(307, { location: inside.url }))
  await hub.subscribe(project, hook.url)
  await hub.tell(project, caseOpened())
  expect(await hub.tried(project, 1)).toMatchObject({
    state: 'pending',
    last: { status: 307, error: 'redirect' },
  })
  expect(inside.received()).toEqual([])
})

test('W-37: nothing that a receiver answers is kept anywhere', async () => {
  const project = await hub.mint()
  const marker = ['receiver', 'secret', crypto.randomUUID()].join('-')
  const hook = receiver.hook(answers(500, { 'x-said': marker }, marker))
  await hub.subscribe(project, hook.url)
  await hub.tell(project, caseOpened())
  await hub.tried(project, 1)
  const [row] = await hub.sql<{ text: string }[]>`
    select coalesce(string_agg(t::text, ''), '') || (select coalesce(string_agg(d::text, ''), '') from deliveries d)
      || (select coalesce(string_agg(s::text, ''), '') from subscriptions s) as text from delivery_attempts t`
  expect(row?.text.includes('http_500')).toBe(true)
  expect(row?.text.includes(marker)).toBe(false)
  expect(hub.deps.logged.join('')).not.toContain(marker)
})

test('a body without end and one that comes a byte at a time do not hold the attempt or the memory', async () => {
  const project = await hub.mint()
  let sent = 0
  const endless = receiver.hook(
    () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent += 65_536
            if (sent > 1_073_741_824) controller.close()
            else controller.enqueue(new Uint8Array(65_536))
          },
        }),
      ),
  )
  await hub.subscribe(project, endless.url)
  await hub.tell(project, caseOpened())
  await hub.tried(project, 1)
  expect(sent).toBeLessThan(64 * 1024 * 1024)
})

test('a deleted subscription gets nothing more, also of what was waiting', async () => {
  const project = await hub.mint()
  const hook = receiver.hook(answers(500))
  const { id } = await hub.subscribe(project, hook.url)
  await hub.tell(project, caseOpened())
  await untilReceived(hook, 1)
  await hub.tried(project, 1)
  expect((await hub.send(project, 'DELETE', `${SUBSCRIPTIONS}/${id}`)).json).toEqual({ id, deleted: true })
  expect(await hub.log(project)).toEqual([])
  await hub.tell(project, caseOpened())
  await until('the outbox is empty', async () => (await hub.sql`select 1 from outbox`).count === 0)
  expect(hook.received()).toHaveLength(1)
})
