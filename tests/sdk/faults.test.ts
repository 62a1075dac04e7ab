import { afterAll, expect, test } from 'bun:test'
import { spawnHub } from '#shared/testing/spawn-hub.ts'
import { until } from '#shared/testing/until.ts'
import { LLMTraceClient } from '../../sdk/typescript/src/index.ts'
import { faultyHub, type Answering, type Script } from './faulty-hub.ts'
import { openClients } from './open-client.ts'
import { openRunner } from './run-app.ts'

const hub = await openClients()
afterAll(hub.stop)
const start = openRunner()

const behind = (request: Request) => hub.api.fetch(request)

const quiet = { exitTimeoutMs: 0, onWarning: () => {} }

/** Three spans below a root; the id of their trace. */
function threeSpans(client: LLMTraceClient): string {
  const trace = client.trace('work')
  for (const name of ['a', 'b', 'c']) trace.span(name, { input: { name } }, () => {})
  trace.end({ output: 'done' })
  return trace.traceId
}

/** How many traces a project has, and whether each is whole. */
async function tracesOf(project: Awaited<ReturnType<typeof hub.mint>>) {
  const response = await hub.api.request('GET', '/api/v1/traces?page_size=100', { key: project.key })
  // The contract of the list.
  const { items } = (await response.json()) as {
    items: { status: string; total_spans: number; ended_spans: number }[]
  }
  return items.map(({ status, total_spans, ended_spans }) => `${status} ${ended_spans}/${total_spans}`)
}

const TRACES = `for (let n = 0; n < 20; n++) await hub.trace('t', async (trace) => { await trace.span('s', async () => {}) })\n`
const WHOLE = Array.from({ length: 20 }, () => 'success 2/2')

for (const runtime of ['node', 'bun'] as const) {
  test(`${runtime}: kill -9 of the app after a flush loses nothing that was flushed, and doubles nothing`, async () => {
    const { project } = await hub.open()
    const server = await faultyHub(() => null, behind)
    const code = `${TRACES}await hub.flush(); process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)`
    const child = start(runtime, code, server.url, '{}', project.key)
    await child.exited
    expect(child.signalCode).toBe('SIGKILL')
    expect(await tracesOf(project)).toEqual(WHOLE)
  })

  test(`${runtime}: a worker that is frozen while it sends goes on where it was, each trace there once`, async () => {
    const { project } = await hub.open()
    // One request is lost on its way, of another the answer: what was cut off while the worker slept.
    const cut = (number: number): Answering | null =>
      number > 2 ? null : { cut: 'before', after_hub: number === 2 }
    const server = await faultyHub((_, number) => cut(number), behind)
    const code = `${TRACES}console.log('sending')
      await hub.flush({ timeoutMs: 20_000 }); console.log(JSON.stringify(hub.stats())); process.exit(0)`
    const child = start(
      runtime,
      code,
      server.url,
      '{ flushIntervalMs: 5, requestTimeoutMs: 1000 }',
      project.key,
    )
    await until('it sends', () => server.came.length > 0)
    child.kill('SIGSTOP')
    // Longer than its requests may take, so that it wakes to timers that are all past.
    await Bun.sleep(1200)
    child.kill('SIGCONT')
    expect(await child.exited).toBe(0)
    const [, stats = '{}'] = (await new Response(child.stdout).text()).trim().split('\n')
    expect(JSON.parse(stats)).toMatchObject({ dropped: 0, rejected: 0, pending: 0, faults: 0 })
    expect(await tracesOf(project)).toEqual(WHOLE)
  })
}

test('a serverless worker that is frozen between two calls has sent the first before it sleeps', async () => {
  const { project } = await hub.open()
  const server = await faultyHub(() => null, behind)
  const code = `const handler = hub.flushOnExit(async (name) => hub.trace(name, async (trace) => { trace.span('s', () => {}) }))
    process.on('SIGCONT', async () => { await handler('two'); process.exit(0) })
    await handler('one'); console.log('frozen now')
    setInterval(() => {}, 1000)`
  const child = start('node', code, server.url, '{ flushIntervalMs: 60_000 }', project.key)
  for await (const _ of child.stdout) break
  child.kill('SIGSTOP')
  expect(await tracesOf(project)).toEqual(['success 2/2'])
  child.kill('SIGCONT')
  expect(await child.exited).toBe(0)
  expect(await tracesOf(project)).toEqual(['success 2/2', 'success 2/2'])
})

test('a hub that is frozen, and goes on, has everything, and once', async () => {
  const frozen = await spawnHub()
  const client = new LLMTraceClient({
    ...{
      baseUrl: frozen.api,
      flushIntervalMs: 5,
      requestTimeoutMs: 300,
      exitTimeoutMs: 0,
      onWarning: () => {},
    },
  })
  const traces: string[] = []
  const work = async () => {
    for (let n = 0; n < 20; n++) {
      const trace = client.trace('t')
      await trace.span('s', async () => Bun.sleep(1))
      trace.end()
      traces.push(trace.traceId)
    }
  }
  await work()
  frozen.kill('SIGSTOP')
  await work()
  await until('the hub is missed', () => client.stats().retries > 0)
  frozen.kill('SIGCONT')
  await client.flush({ timeoutMs: 20_000 })
  expect(client.stats()).toMatchObject({ dropped: 0, rejected: 0, pending: 0 })
  for (const id of traces) {
    const response = await fetch(`${frozen.api}/api/v1/traces/${id}`, { headers: { 'x-api-key': 'dev-key' } })
    expect(await response.json()).toMatchObject({
      trace: { status: 'success', total_spans: 2, ended_spans: 2 },
    })
  }
}, 60_000)

test('ten thousand spans at once, each with its own place', async () => {
  const { project, client } = await hub.open({ maxQueueBytes: 64 * 1024 * 1024 })
  const trace = client.trace('many')
  await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      trace.span(`group ${n}`, async (group) => {
        await Promise.all(
          Array.from({ length: 99 }, () =>
            client.span('leaf', async (leaf) => {
              await Bun.sleep(1)
              leaf.set({ attributes: { parent: group.id, around: client.getContext()?.spanId } })
            }),
          ),
        )
      }),
    ),
  )
  trace.end()
  await client.flush({ timeoutMs: 30_000 })
  const { trace: told, spans } = await hub.traceOf(project, trace.traceId)
  expect(told).toMatchObject({ total_spans: 10_001, ended_spans: 10_001 })
  const leaves = spans.filter(({ name }) => name === 'leaf')
  expect(leaves.filter(({ parent_span_id, attributes }) => attributes['parent'] !== parent_span_id)).toEqual(
    [],
  )
  expect(leaves.filter(({ id, attributes }) => attributes['around'] !== id)).toEqual([])
}, 30_000)

test('W-60: a hub that is down is not noticed, and has everything once it is back', async () => {
  const { project } = await hub.open()
  const back = await faultyHub(() => null, behind)
  const nowhere = 'http://127.0.0.1:9'
  let url = nowhere
  const client = new LLMTraceClient({
    ...{ baseUrl: nowhere, apiKey: project.key, flushIntervalMs: 5, ...quiet },
    fetch: (asked, init) => fetch(asked.replace(nowhere, url), init),
  })
  const traces = Array.from({ length: 20 }, () => threeSpans(client))
  client.startTrace({ name: 'seed' })
  client.endTrace()
  await until('it is missed', () => client.stats().retries > 0)
  expect(client.stats()).toMatchObject({ acknowledged: 0, dropped: 0, faults: 0 })
  ;({ url } = back)
  await client.flush({ timeoutMs: 20_000 })
  for (const traceId of traces)
    expect((await hub.traceOf(project, traceId)).trace).toMatchObject({ status: 'success', ended_spans: 4 })
  expect(client.stats()).toMatchObject({ dropped: 0, rejected: 0, pending: 0 })
}, 30_000)

test('W-59: what is recorded is sent in the background, without a flush', async () => {
  const { project, client } = await hub.open({ ...quiet, flushIntervalMs: 5 })
  const traceId = threeSpans(client)
  await until('all is acknowledged', () => client.stats().pending === 0)
  expect((await hub.traceOf(project, traceId)).trace).toMatchObject({ status: 'success', ended_spans: 4 })
})

test('W-62: logs and evaluations whose answers are lost are there once', async () => {
  const { project } = await hub.open()
  const seen = new Set<string>()
  const loseEachFirst: Script = ({ path }) => {
    const is_first = !seen.has(path)
    seen.add(path)
    return is_first ? { cut: 'before', after_hub: true } : null
  }
  const server = await faultyHub(loseEachFirst, behind)
  const client = new LLMTraceClient({ baseUrl: server.url, apiKey: project.key, ...quiet })
  const trace = client.trace('t')
  trace.log('a line')
  client.attachEval({ evalName: 'e', evalModel: 'm', score: 1, passed: true, traceId: trace.traceId })
  trace.end()
  await client.flush({ timeoutMs: 20_000 })
  expect([...seen].toSorted()).toEqual(['/api/v1/evals', '/api/v1/ingest/spans', '/api/v1/ingest/traces'])
  const { timeline, evaluations } = await hub.traceOf(project, trace.traceId)
  expect(timeline.filter(({ event_type }) => event_type === 'LOG')).toHaveLength(1)
  expect(evaluations).toHaveLength(1)
  expect(client.stats().retries).toBeGreaterThanOrEqual(3)
}, 30_000)
