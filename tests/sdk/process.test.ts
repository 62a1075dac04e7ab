import { expect, test } from 'bun:test'
import { hubDataDir, spawnHub } from '#shared/testing/spawn-hub.ts'
import { until } from '#shared/testing/until.ts'
import { LLMTraceClient } from '../../sdk/typescript/src/index.ts'
import { faultyHub } from './faulty-hub.ts'
import { openRunner } from './run-app.ts'

const start = openRunner()

const WORK = `await hub.trace('t', async (trace) => { trace.span('s', () => {}) })\n`
const sentTo = ({ came }: Awaited<ReturnType<typeof faultyHub>>) =>
  came.filter(({ body }) => body.includes('"name":"s"'))

for (const runtime of ['node', 'bun'] as const) {
  test(`W-59: ${runtime}: what is unsent when the program ends is sent`, async () => {
    const server = await faultyHub(() => null)
    expect(await start(runtime, WORK, server.url).exited).toBe(0)
    expect(sentTo(server)).toHaveLength(1)
  })

  test(`${runtime}: and when it calls process.exit, with its code`, async () => {
    const server = await faultyHub(() => null)
    expect(await start(runtime, `${WORK}process.exit(7)`, server.url).exited).toBe(7)
    expect(sentTo(server)).toHaveLength(1)
  })

  test(`${runtime}: and when an error that nobody catches ends it`, async () => {
    const server = await faultyHub(() => null)
    expect(await start(runtime, `${WORK}throw new Error('the app failed')`, server.url).exited).toBe(1)
    expect(sentTo(server)).toHaveLength(1)
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${runtime}: and when ${signal} ends it, which it still does`, async () => {
      const server = await faultyHub(() => null)
      const child = start(
        runtime,
        `${WORK}console.log('ready'); setInterval(() => {}, 1000)`,
        server.url,
        '{ flushIntervalMs: 60_000 }',
      )
      for await (const _ of child.stdout) break
      child.kill(signal)
      await child.exited
      expect(child.signalCode).toBe(signal)
      expect(sentTo(server)).toHaveLength(1)
    })
  }

  test(`${runtime}: an app that handles SIGTERM itself ends when it wants to`, async () => {
    const server = await faultyHub(() => null)
    const code = `process.on('SIGTERM', () => setTimeout(() => process.exit(3), 1000))
      ${WORK}console.log('ready'); setInterval(() => {}, 1000)`
    const child = start(runtime, code, server.url)
    for await (const _ of child.stdout) break
    child.kill('SIGTERM')
    expect(await child.exited).toBe(3)
    expect(sentTo(server)).toHaveLength(1)
  })

  test(`${runtime}: a hub that never answers, or is not there, does not keep a program alive`, async () => {
    const server = await faultyHub(() => ({ hang: true }))
    for (const url of [server.url, 'http://127.0.0.1:9']) {
      for (const ending of ['', 'process.exit(0)']) {
        const child = start(
          runtime,
          `${WORK}await new Promise((r) => setTimeout(r, 60))\n${ending}`,
          url,
          '{ exitTimeoutMs: 300, requestTimeoutMs: 1000, flushIntervalMs: 10 }',
        )
        expect(await child.exited).toBe(0)
      }
    }
  })

  for (const ending of [
    'process.exit(0)',
    'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)',
  ]) {
    test(`${runtime}: a request under way ends with the exit timeout at ${ending.slice(0, 12)}`, async () => {
      const server = await faultyHub(() => ({ hang: true }))
      // Ten minutes are not over before this test is: what ends the program is the timeout of the exit.
      const options = '{ exitTimeoutMs: 300, requestTimeoutMs: 600_000, flushIntervalMs: 10 }'
      const code = `${WORK}await new Promise((r) => setTimeout(r, 60))\n${ending}`
      await start(runtime, code, server.url, options).exited
      expect(server.came.length).toBeGreaterThan(0)
    })
  }

  test(`${runtime}: a flush that nobody awaits does not crash a program when it fails`, async () => {
    const server = await faultyHub(() => ({ status: 401 }))
    const child = start(
      runtime,
      `${WORK}hub.flush(); await new Promise((r) => setTimeout(r, 200)); console.log('alive')`,
      server.url,
    )
    expect(await child.exited).toBe(0)
    expect(await new Response(child.stdout).text()).toBe('alive\n')
  })

  test(`${runtime}: worker threads and forked processes each send what is theirs, once`, async () => {
    const server = await faultyHub(() => null)
    const name = (who: string) => `await hub.trace('t', async (trace) => { trace.span(${who}, () => {}) })\n`
    const code = `
      const { Worker, isMainThread } = await import('node:worker_threads')
      const { fork } = await import('node:child_process')
      const { fileURLToPath } = await import('node:url')
      const me = fileURLToPath(import.meta.url)
      if (!isMainThread) { ${name("'in a worker'")} await hub.flush() }
      else if (process.argv[2] === 'child') { ${name("'in a child'")} }
      else {
        ${name("'in the main thread'")}
        const child = fork(me, ['child'])
        await Promise.all([new Promise((r) => new Worker(me).on('exit', r)), new Promise((r) => child.on('exit', r))])
      }`
    expect(await start(runtime, code, server.url).exited).toBe(0)
    for (const who of ['in a worker', 'in a child', 'in the main thread']) {
      expect(server.came.filter(({ body }) => body.includes(who))).toHaveLength(1)
    }
  })
}

test('node: a request under way ends with the exit timeout when the program has nothing left to do', async () => {
  const server = await faultyHub(() => ({ hang: true }))
  const options = '{ exitTimeoutMs: 300, requestTimeoutMs: 600_000, flushIntervalMs: 10 }'
  const child = start('node', `${WORK}await new Promise((r) => setTimeout(r, 60))`, server.url, options)
  expect(await child.exited).toBe(0)
  expect(server.came).toHaveLength(1)
})

test('node: a program that has something left to do lets its request wait', async () => {
  const server = await faultyHub(() => ({ hang: true }))
  const options = '{ exitTimeoutMs: 50, requestTimeoutMs: 600_000, flushIntervalMs: 10 }'
  const code = `${WORK}await new Promise((r) => setTimeout(r, 1000)); console.log(hub.stats().retries); process.exit()`
  const child = start('node', code, server.url, options)
  expect(await new Response(child.stdout).text()).toBe('0\n')
})

test('a hub that is killed in the middle loses nothing and doubles nothing', async () => {
  const data_dir = hubDataDir()
  const first = await spawnHub({ data_dir })
  const port = new URL(first.api).port
  const client = new LLMTraceClient({
    baseUrl: first.api,
    flushIntervalMs: 5,
    exitTimeoutMs: 0,
    onWarning: () => {},
  })
  const traces: string[] = []
  const work = async (count: number) => {
    for (let n = 0; n < count; n++) {
      traces.push(
        await client.trace('t', async (trace) => {
          await trace.span('a', async () => Bun.sleep(2))
          return trace.traceId
        }),
      )
    }
  }
  await work(20)
  const busy = work(40)
  first.kill('SIGKILL')
  await first.exited
  await busy
  await until('the hub is missed', () => client.stats().retries > 0)
  const second = await spawnHub({ data_dir, env: { HUB_API_PORT: port } })
  expect(second.api).toBe(first.api)
  await client.flush({ timeoutMs: 20_000 })
  expect(client.stats()).toMatchObject({ dropped: 0, rejected: 0, pending: 0 })
  const counts = await Promise.all(
    traces.map(async (id) => {
      const response = await fetch(`${second.api}/api/v1/traces/${id}`, {
        headers: { 'x-api-key': 'dev-key' },
      })
      // The hub's contract; a trace that is missing has no such member, and fails below.
      const { trace } = (await response.json()) as {
        trace?: { status: string; total_spans: number; ended_spans: number }
      }
      return `${trace?.status} ${trace?.total_spans} ${trace?.ended_spans}`
    }),
  )
  expect(counts).toEqual(traces.map(() => 'success 2 2'))
}, 60_000)
