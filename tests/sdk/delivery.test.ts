import { afterAll, expect, test } from 'bun:test'
import { until } from '#shared/testing/until.ts'
import { FlushError, LLMTraceClient, type Drop, type Status } from '../../sdk/typescript/src/index.ts'
import { faultyHub, type Answering } from './faulty-hub.ts'
import { openClients } from './open-client.ts'

const hub = await openClients()
afterAll(hub.stop)

const behind = (request: Request) => hub.api.fetch(request)
const quiet = { exitTimeoutMs: 0, onWarning: () => {} }

/** Three spans below a root. */
async function work(client: LLMTraceClient): Promise<string> {
  const trace = client.trace('work')
  for (const name of ['a', 'b', 'c']) trace.span(name, { input: { name } }, () => {})
  trace.end({ output: 'done' })
  return trace.traceId
}

const FAULTS: [string, Answering][] = [
  ['503 with Retry-After', { status: 503, headers: { 'retry-after': '0' } }],
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '0.05' } }],
  ['408', { status: 408 }],
  ['500', { status: 500, body: 'Internal Server Error' }],
  ['502 from a proxy', { status: 502, body: '<html>bad gateway</html>' }],
  ['a connection that is cut before the answer', { cut: 'before' }],
  ['a connection that is cut in the middle of the answer', { cut: 'middle' }],
  ['an answer that is lost after the hub had committed', { cut: 'before', after_hub: true }],
  ['a page of something else', { body: '<html>please log in</html>' }],
  ['a 500 after the hub had committed', { status: 500, after_hub: true }],
  ['an answer that comes when nobody waits for it any more', { slow_ms: 400, after_hub: true }],
]

for (const [fault, how] of FAULTS) {
  test(`after ${fault} everything is there, and once`, async () => {
    const { project } = await hub.open()
    const server = await faultyHub((_, number) => (number <= 2 ? how : null), behind)
    const patience = { requestTimeoutMs: 'slow_ms' in how ? 200 : 10_000 }
    const client = new LLMTraceClient({ baseUrl: server.url, apiKey: project.key, ...quiet, ...patience })
    const traceId = await work(client)
    client.attachEval({ evalName: 'e', evalModel: 'm', score: 1, passed: true, traceId })
    await client.flush()
    const { trace, spans, evaluations } = await hub.traceOf(project, traceId)
    expect(trace).toMatchObject({ status: 'success', total_spans: 4, ended_spans: 4 })
    expect(spans).toHaveLength(4)
    expect(evaluations).toHaveLength(1)
    expect(client.stats()).toMatchObject({ dropped: 0, rejected: 0, pending: 0 })
    expect(server.came.length).toBeGreaterThan(3)
  })
}

test('Retry-After is kept: the hub is left alone until then', async () => {
  const server = await faultyHub((_, number) =>
    number === 1 ? { status: 429, headers: { 'retry-after': '3600' } } : null,
  )
  const client = new LLMTraceClient({ baseUrl: server.url, flushIntervalMs: 1, ...quiet })
  await work(client)
  await until('the first request was answered', () => client.stats().retries === 1)
  for (let n = 0; n < 5; n++) {
    await work(client)
    // Longer together than the first pauses that it would make by itself.
    await client.flush({ timeoutMs: 200 }).catch(() => {})
  }
  expect(server.came).toHaveLength(1)
  expect(client.stats()).toMatchObject({ dropped: 0, pending: 30 })
})

for (const status of [401, 403, 404, 405, 410, 451]) {
  test(`W-58: ${status} is final: one request, counted, told once`, async () => {
    const server = await faultyHub(() => ({ status, body: '{"detail":"no","code":"nope"}' }))
    const warnings: string[] = []
    const drops: Drop[] = []
    const client = new LLMTraceClient({
      baseUrl: server.url,
      exitTimeoutMs: 0,
      onWarning: (message) => void warnings.push(message),
      onDrop: (drop) => void drops.push(drop),
    })
    await work(client)
    expect(await client.flush().catch((error: unknown) => error)).toBeInstanceOf(FlushError)
    await work(client)
    await client.flush().catch(() => {})
    expect(server.came).toHaveLength(2)
    expect(client.stats()).toMatchObject({ dropped: 10, retries: 0, pending: 0, acknowledged: 0 })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(String(status))
    expect(drops.reduce((sum, { items }) => sum + items, 0)).toBe(10)
  })
}

test('W-58: an item that the hub refuses by name costs no other item', async () => {
  const { project, client } = await hub.open(quiet)
  const trace = client.trace('work')
  // A caller without types can say anything.
  trace.span('bad').end({ status: 'exploded' as Status })
  trace.span('good', () => {})
  trace.end()
  const failure = await client.flush().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(FlushError)
  expect(client.stats()).toMatchObject({ rejected: 1, dropped: 0, pending: 0 })
  expect((await hub.traceOf(project, trace.traceId)).spanOf('good')?.status).toBe('success')
})

for (const status of [400, 413, 422, 500]) {
  test(`W-58: what makes a whole request ${status} is found, and only it is lost`, async () => {
    const { project } = await hub.open()
    const server = await faultyHub(({ body }) => (body.includes('poison') ? { status } : null), behind)
    const client = new LLMTraceClient({ baseUrl: server.url, apiKey: project.key, ...quiet })
    const trace = client.trace('work')
    for (let n = 0; n < 20; n++) trace.span(n === 7 ? 'poison' : `span ${n}`, () => {})
    trace.end()
    client.trace('another').end()
    await client.flush({ timeoutMs: 25_000 }).catch(() => {})
    expect(client.stats()).toMatchObject({ dropped: 1, rejected: 0, pending: 0 })
    expect((await hub.traceOf(project, trace.traceId)).trace.total_spans).toBe(20)
  }, 30_000)
}

test('a request that fails again and again does not hold up the others', async () => {
  const { project } = await hub.open()
  const server = await faultyHub(({ body }) => (body.includes('poison') ? { status: 500 } : null), behind)
  const client = new LLMTraceClient({
    baseUrl: server.url,
    apiKey: project.key,
    flushIntervalMs: 1,
    ...quiet,
  })
  client.trace('poison').end()
  await until('the bad one was tried', () => server.came.length > 0)
  const traceId = await work(client)
  await until('the others are there', () => client.stats().acknowledged === 5)
  expect((await hub.traceOf(project, traceId)).trace.status).toBe('success')
  expect(client.stats().pending).toBe(2)
})

test('W-60: nothing is waited for in the caller: a hub that never answers is not noticed', async () => {
  const server = await faultyHub(() => ({ hang: true }))
  const client = new LLMTraceClient({ baseUrl: server.url, flushIntervalMs: 1, ...quiet })
  const first = await work(client)
  await until('the hub is asked', () => server.came.length > 0)
  client.startTrace({ name: 'seed' })
  client.startSpan('a')
  client.endSpan()
  client.endTrace()
  expect(await client.trace('more', async () => 'answer')).toBe('answer')
  expect(first).not.toBe('')
  expect(client.stats()).toMatchObject({ acknowledged: 0, dropped: 0, faults: 0 })
})

test('a flush that cannot come to its end says what is left, and sends it later', async () => {
  const { project } = await hub.open()
  const server = await faultyHub(() => ({ status: 503, headers: { 'retry-after': '0.2' } }), behind)
  const client = new LLMTraceClient({ baseUrl: server.url, apiKey: project.key, ...quiet })
  const traceId = await work(client)
  const failure: unknown = await client.flush({ timeoutMs: 50 }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(FlushError)
  expect(failure).toMatchObject({ report: { lost: 0, pending: 5, timeoutMs: 50 } })
  server.become(() => null)
  await client.flush()
  expect((await hub.traceOf(project, traceId)).trace.status).toBe('success')
})

test('W-59: what is recorded while a batch is on its way is not lost', async () => {
  const { project } = await hub.open()
  const server = await faultyHub(() => null, behind)
  const client = new LLMTraceClient({
    baseUrl: server.url,
    apiKey: project.key,
    flushIntervalMs: 0,
    ...quiet,
  })
  const traces = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      await Bun.sleep(n % 20)
      return client.trace(`t${n}`, async (trace) => {
        await trace.span('slow', async () => Bun.sleep(n % 7))
        return trace.traceId
      })
    }),
  )
  await client.flush()
  expect(client.stats()).toMatchObject({ dropped: 0, rejected: 0, faults: 0, pending: 0 })
  for (const traceId of traces.slice(0, 20)) {
    expect((await hub.traceOf(project, traceId)).trace).toMatchObject({
      status: 'success',
      total_spans: 2,
      ended_spans: 2,
    })
  }
})

test('W-58: a burst with the hub away stays within its bytes; what did not fit is counted, and told', async () => {
  const drops: Drop[] = []
  const server = await faultyHub(() => ({ status: 503 }))
  const maxQueueBytes = 2 * 1024 * 1024
  const client = new LLMTraceClient({
    ...{ baseUrl: server.url, maxQueueBytes, exitTimeoutMs: 0, onWarning: () => {} },
    onDrop: (drop) => void drops.push(drop),
  })
  const trace = client.trace('burst')
  for (let n = 0; n < 100_000; n++) trace.span('event', { input: `number ${n}` }, () => {})
  const { recorded, dropped, pending, pendingBytes, acknowledged } = client.stats()
  expect(pendingBytes).toBeLessThanOrEqual(maxQueueBytes)
  expect(dropped).toBeGreaterThan(90_000)
  expect(acknowledged).toBe(0)
  expect(recorded).toBe(dropped + pending)
  server.become(() => null)
  await client.flush({ timeoutMs: 20_000 })
  expect(
    drops.filter(({ reason }) => reason === 'queue_full').reduce((sum, { items }) => sum + items, 0),
  ).toBe(client.stats().dropped)
  expect(client.stats().pending).toBe(0)
}, 30_000)

test('a span whose start was dropped is told whole by its end', async () => {
  const { project } = await hub.open()
  const server = await faultyHub(() => ({ status: 503 }), behind)
  const client = new LLMTraceClient({
    baseUrl: server.url,
    apiKey: project.key,
    maxQueueBytes: 20_000,
    ...quiet,
  })
  const trace = client.trace('t')
  const span = trace.span('early', { type: 'tool' })
  for (let n = 0; n < 100; n++) client.trace('filler').end()
  server.become(() => null)
  await client.flush()
  span.end({ output: 1 })
  trace.end()
  await client.flush()
  const told = await hub.traceOf(project, trace.traceId)
  expect(told.spanOf('early')).toMatchObject({ span_type: 'tool', status: 'success', output: 1 })
  expect(told.trace).toMatchObject({ name: 't', status: 'success', total_spans: 2, ended_spans: 2 })
})

test('bodies go compressed, and a short span goes with its end in one item', async () => {
  const server = await faultyHub(() => null)
  const client = new LLMTraceClient({ baseUrl: server.url, ...quiet })
  const trace = client.trace('t', { input: 'x'.repeat(5000) })
  trace.span('short', { input: 1 }, () => {})
  trace.end()
  await client.flush()
  expect(server.came).toHaveLength(1)
  expect(server.came[0]?.headers['content-encoding']).toBe('gzip')
  // The server has taken it as JSON with these members; anything else fails right here.
  const body = JSON.parse(server.came[0]?.body ?? '{}') as { spans: { name: string; end_time?: string }[] }
  expect(body.spans.map(({ name }) => name)).toEqual(['t', 'short'])
  expect(body.spans.every(({ end_time }) => end_time !== undefined)).toBe(true)
})

test('after shutdown nothing is taken, and what comes is counted', async () => {
  const { project, client } = await hub.open(quiet)
  const traceId = await work(client)
  await client.shutdown()
  await work(client)
  expect((await hub.traceOf(project, traceId)).trace.status).toBe('success')
  expect(client.stats()).toMatchObject({ acknowledged: 5, pending: 0 })
  expect(client.stats().dropped).toBeGreaterThan(0)
})

test('a serverless handler answers when its traces are with the hub, and also when they cannot be', async () => {
  const { project, client } = await hub.open({ ...quiet, exitTimeoutMs: 100 })
  const handler = client.flushOnExit(async (name: string) =>
    client.trace(name, async (trace) => trace.traceId),
  )
  const traceId = await handler('lambda')
  expect((await hub.traceOf(project, traceId)).trace.status).toBe('success')
  const away = (
    await hub.open({ ...quiet, exitTimeoutMs: 50, fetch: () => Promise.reject(new Error('away')) })
  ).client
  expect(await away.flushOnExit(async () => away.trace('t', () => 'answer'))()).toBe('answer')
  const failure = new Error('of the handler')
  const failing = away.flushOnExit(async () => {
    throw failure
  })
  expect(await failing().catch((error: unknown) => error)).toBe(failure)
  // What it left behind is not for the end of this process.
  await away.shutdown({ timeoutMs: 1 }).catch(() => {})
})
