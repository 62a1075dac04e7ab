import { afterAll, expect, test } from 'bun:test'
import { migrate } from '#shared/store/migrate.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { mintProject } from '#shared/testing/project.ts'
import { freePort } from '#shared/testing/server.ts'
import { spawnHub } from '#shared/testing/spawn-hub.ts'
import { until } from '#shared/testing/until.ts'
import { openReceiver } from '../notify/receiver.ts'
import { openSpanReceiver, type Came } from './span-receiver.ts'

const [SERVER, CLIENT, INTERNAL] = [2, 3, 1]
const ADMIN = { 'x-api-key': 'dev-key' }
const SOON = { OTEL_BSP_SCHEDULE_DELAY: '20' }

const receiver = openSpanReceiver()
const hooks = openReceiver()
const fresh = await freshDatabase()
await migrate(fresh.database)
const hub = await spawnHub({
  env: {
    ...SOON,
    DATABASE_URL: fresh.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-collector=a%20b',
  },
})
const project = await mintProject(async (request) => {
  const { pathname } = new URL(request.url)
  return fetch(`${hub.api}${pathname}`, request)
})
afterAll(async () => {
  hub.kill('SIGTERM')
  await hub.exited
  await Promise.all([receiver.stop(), hooks.stop()])
  await fresh.drop()
})

const newTrace = () => crypto.randomUUID().replaceAll('-', '')
const CALLER = 'b7ad6b7169203331'

/** Asks as a caller that has a span of its own, which is sampled or not. */
async function ask(trace_id: string, path: string, body?: unknown, flags = '01', base = hub.api) {
  const headers = {
    ...{ 'x-api-key': project.key, 'content-type': 'application/json' },
    traceparent: `00-${trace_id}-${CALLER}-${flags}`,
  }
  return fetch(
    `${base}${path}`,
    body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
  )
}

const oneSpan = (trace_id: string = crypto.randomUUID()) => {
  const start_time = new Date().toISOString()
  const span = { span_id: 's', trace_id, name: 'secret words', span_type: 'tool', start_time }
  return { trace: { trace_id, start_time }, spans: [{ ...span, idempotency_key: 's' }] }
}

async function untilCame(trace_id: string, ...names: string[]): Promise<(name: string) => Came> {
  const find = (name: string) => receiver.of(trace_id).find((span) => span.name === name)
  await until(`${names.join(', ')} came`, () => names.every((name) => find(name) !== undefined))
  return (name) => {
    const found = find(name)
    if (!found) throw new Error(`${name} did not come`)
    return found
  }
}

test('a request is a span below that of its caller, and the transaction that stored it one below', async () => {
  const trace_id = newTrace()
  const answer = await ask(trace_id, '/api/v1/ingest/traces', oneSpan())
  const span = await untilCame(trace_id, 'POST /api/v1/ingest/traces', 'commit ingest')
  const request = span('POST /api/v1/ingest/traces')
  expect(request).toMatchObject({ kind: SERVER, parentSpanId: CALLER, status: {}, service: 'llm-trace-hub' })
  expect(request.attributes).toMatchObject({
    ...{ 'http.request.method': 'POST', 'http.route': '/api/v1/ingest/traces', 'url.scheme': 'http' },
    ...{ 'url.path': '/api/v1/ingest/traces', 'server.address': 'localhost' },
    ...{ 'http.response.status_code': 200, 'hub.part': 'ingest', 'hub.project_id': project.project_id },
    'hub.request_id': answer.headers.get('x-request-id'),
  })
  const commit = span('commit ingest')
  expect(commit).toMatchObject({ kind: CLIENT, parentSpanId: request.spanId })
  expect(commit.attributes).toMatchObject({
    'hub.lane': 'ingest',
    'hub.group.requests': 1,
    'hub.group.items': 1,
  })
  expect(BigInt(commit.startTimeUnixNano) >= BigInt(request.startTimeUnixNano)).toBe(true)
  expect(BigInt(commit.endTimeUnixNano) <= BigInt(request.endTimeUnixNano)).toBe(true)
  expect(receiver.headers[0]?.['x-collector']).toBe('a b')
})

test('what a request is about is in no span', async () => {
  const trace_id = newTrace()
  await ask(trace_id, '/api/v1/ingest/traces', oneSpan())
  await ask(trace_id, '/api/v1/traces?search=secret')
  await untilCame(trace_id, 'commit ingest', 'GET /api/v1/traces')
  const all = JSON.stringify(receiver.spans)
  for (const word of ['secret', project.key, ADMIN['x-api-key']]) expect(all).not.toContain(word)
})

test('a refused request has its status and has not failed', async () => {
  const trace_id = newTrace()
  expect((await ask(trace_id, '/api/v1/traces/missing')).status).toBe(404)
  const span = await untilCame(trace_id, 'GET /api/v1/traces/:trace_id')
  const { attributes, status } = span('GET /api/v1/traces/:trace_id')
  expect([attributes['http.response.status_code'], status]).toEqual([404, {}])
})

test('a decision is a span below its request, its commit one below, and the delivery of its case one of its own', async () => {
  const hook = hooks.hook()
  const subscribed = await ask(newTrace(), '/api/v1/subscriptions', {
    url: hook.url,
    events: ['case.opened'],
  })
  expect(subscribed.status).toBe(200)
  const rules = [{ id: 'all', when: 'true', then: 'ESCALATE', case: true }]
  const policy = { name: 'p', active: true, definition: { version: 2, rules } }
  expect((await ask(newTrace(), '/api/v1/policies', policy)).status).toBe(200)
  expect((await ask(newTrace(), '/api/v1/ingest/traces', oneSpan('decided'))).status).toBe(200)
  const trace_id = newTrace()
  const body = {
    idempotency_key: 'k',
    trace_id: 'decided',
    input: 'secret question',
    output: 'secret answer',
  }
  expect((await ask(trace_id, '/api/v1/decide', body)).status).toBe(200)
  const span = await untilCame(trace_id, 'POST /api/v1/decide', 'decide', 'commit decide')
  expect(span('decide')).toMatchObject({ kind: INTERNAL, parentSpanId: span('POST /api/v1/decide').spanId })
  expect(span('decide').attributes).toMatchObject({
    ...{ 'hub.decision.action': 'ESCALATE', 'hub.decision.rule': 'all', 'hub.decision.repeat': false },
    'hub.decision.degraded': false,
  })
  expect(span('commit decide').parentSpanId).toBe(span('decide').spanId)
  const delivered = () => receiver.spans.find(({ name }) => name === 'deliver case.opened')
  await until('the delivery came', () => delivered() !== undefined)
  expect(delivered()).toMatchObject({ kind: CLIENT, status: {} })
  expect(delivered()?.parentSpanId).toBeUndefined()
  expect(delivered()?.attributes).toMatchObject({
    ...{ 'http.request.method': 'POST', 'http.response.status_code': 204, 'server.address': '127.0.0.1' },
    ...{ 'hub.event': 'case.opened', 'hub.delivery.attempt': 1, 'hub.delivery.outcome': 'delivered' },
  })
  expect(JSON.stringify(hook.received())).not.toContain('traceparent')
})

test('what a page asks of the API is below the span of the page', async () => {
  const trace_id = newTrace()
  expect(
    (await ask(trace_id, `/traces/none?project_id=${project.project_id}`, undefined, '01', hub.ui)).status,
  ).toBe(404)
  const span = await untilCame(trace_id, 'GET /traces/:trace_id', 'GET /api/v1/traces/:trace_id')
  const page = span('GET /traces/:trace_id')
  expect([page.attributes['hub.part'], page.parentSpanId]).toEqual(['ui', CALLER])
  expect(span('GET /api/v1/traces/:trace_id').parentSpanId).toBe(page.spanId)
})

test('a caller that is not sampled makes no spans here, and none of what asks whether the hub is well', async () => {
  const trace_id = newTrace()
  await ask(trace_id, '/api/v1/ingest/traces', oneSpan(), '00')
  await ask(trace_id, '/healthz')
  const after = newTrace()
  await ask(after, '/api/v1/traces')
  await untilCame(after, 'GET /api/v1/traces')
  expect(receiver.of(trace_id)).toEqual([])
})

test('with nobody there to take its spans a hub answers as ever, says so once, and ends well', async () => {
  const dead = `http://127.0.0.1:${freePort()}`
  const alone = await spawnHub({
    env: { ...SOON, DATABASE_URL: fresh.url, OTEL_EXPORTER_OTLP_ENDPOINT: dead },
  })
  const told = () =>
    alone.output.err.split('\n').filter((line) => line.includes('own spans cannot be sent')).length
  const statuses = new Set<number>()
  for (let n = 0; n < 200; n++)
    statuses.add((await ask(newTrace(), '/api/v1/ingest/traces', oneSpan(), '01', alone.api)).status)
  await until('it said so', () => told() > 0)
  for (let n = 0; n < 50; n++)
    statuses.add((await ask(newTrace(), '/api/v1/traces', undefined, '01', alone.api)).status)
  expect([...statuses]).toEqual([200])
  alone.kill('SIGTERM')
  expect(await alone.exited).toBe(0)
  expect(told()).toBe(1)
})

test('a hub that is told its own spans makes none of their arrival, so there is an end', async () => {
  const port = freePort()
  const own = await freshDatabase()
  await migrate(own.database)
  const itself = await spawnHub({
    env: {
      ...{ ...SOON, DATABASE_URL: own.url, HUB_API_PORT: String(port) },
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=dev-key',
    },
  })
  try {
    const names = async () =>
      (await own.database.sql<{ name: string }[]>`select name from spans order by name`).map(
        ({ name }) => name,
      )
    const sent = await fetch(`${itself.api}/api/v1/ingest/traces`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', ...ADMIN } },
      body: JSON.stringify({ trace: { trace_id: 'one', start_time: new Date().toISOString() } }),
    })
    expect(sent.status).toBe(200)
    const wanted = ['POST /api/v1/ingest/traces', 'commit ingest']
    await until('both are stored', async () => (await names()).length >= wanted.length)
    // Fifty times as long as spans are gathered: a loop would have gone round.
    await Bun.sleep(1000)
    expect(await names()).toEqual(wanted)
  } finally {
    itself.kill('SIGTERM')
    expect(await itself.exited).toBe(0)
    await own.drop()
  }
})
