import { afterAll, expect, setSystemTime, test } from 'bun:test'
import { encode } from '../../sdk/typescript/src/encode.ts'
import { LLMTraceClient } from '../../sdk/typescript/src/index.ts'
import { readOptions } from '../../sdk/typescript/src/options.ts'
import { readRetryAfter } from '../../sdk/typescript/src/post.ts'
import { openClients } from './open-client.ts'

const hub = await openClients()
afterAll(hub.stop)
afterAll(() => void setSystemTime())

const read = (value: unknown, most?: number): unknown => JSON.parse(encode(value, most))

function cyclic() {
  const value: Record<string, unknown> = { name: 'a' }
  value['self'] = value
  value['list'] = [value]
  return value
}

const deep = () => {
  let value: unknown = 'end'
  for (let n = 0; n < 5000; n++) value = { value }
  return value
}

class Order {
  id = 7
  get total(): number {
    throw new Error('not loaded')
  }
}

const VALUES: [string, () => unknown, unknown][] = [
  ['a cycle', cyclic, { name: 'a', self: '[circular]', list: ['[circular]'] }],
  ['a BigInt', () => [12n, 123456789012345678901234567890n], [12, '123456789012345678901234567890']],
  ['a Date', () => [new Date(0), new Date(Number.NaN)], ['1970-01-01T00:00:00.000Z', 'Invalid Date']],
  ['a Map', () => new Map<unknown, unknown>([['a', 1]]), { a: 1 }],
  ['a Map with other keys', () => new Map([[1, 2]]), [[1, 2]]],
  ['a Set', () => new Set([1, 2]), [1, 2]],
  ['bytes', () => Buffer.from('secret'), '[Buffer, 6 bytes]'],
  ['numbers that JSON lacks', () => [Number.NaN, Infinity, -0], ['NaN', 'Infinity', 0]],
  [
    'a getter that throws',
    () => ({
      ok: 1,
      get bad() {
        throw new Error('no')
      },
    }),
    { ok: 1, bad: '[threw no]' },
  ],
  ['an instance', () => new Order(), { id: 7 }],
  [
    'a toJSON that throws',
    () => ({
      toJSON() {
        throw new Error('no')
      },
    }),
    '[unreadable no]',
  ],
  ['a function and a symbol', () => [function f() {}, Symbol('s')], ['[function f]', 'Symbol(s)']],
  ['undefined members', () => ({ a: undefined, b: [undefined] }), { b: [null] }],
  ['a promise', () => ({ p: Promise.resolve(1) }), { p: '[Promise]' }],
  [
    'a proxy that throws',
    () =>
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('no')
          },
        },
      ),
    '[unreadable no]',
  ],
  ['an object without a prototype', () => Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ['a lone surrogate', () => '\ud800', '\ud800'],
  ['a name like a setter', () => JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
]

for (const [what, value, expected] of VALUES) {
  test(`${what} is written in words`, () => expect(read(value())).toEqual(expected))
}

test('an error is written with its cause and what it carries', () => {
  const error = Object.assign(new TypeError('bad', { cause: new Error('why') }), { code: 'E_BAD' })
  expect(read(error)).toMatchObject({
    name: 'TypeError',
    message: 'bad',
    code: 'E_BAD',
    cause: { message: 'why' },
  })
})

test('what is too long or too deep is cut and says so', () => {
  expect(encode(deep())).toContain('deeper than 40 levels')
  expect(read('x'.repeat(500), 100)).toBe(`${'x'.repeat(100)}…[cut, 400 characters left out]`)
  const many = encode(
    Array.from({ length: 10_000 }, (_, n) => n),
    1000,
  )
  expect(many.length).toBeLessThan(1200)
  expect(many).toContain('items left out')
  const wide = encode(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key${n}`, n])), 1000)
  expect(wide.length).toBeLessThan(1500)
  expect(wide).toContain('members left out')
})

test('W-58: no value, name or id of the app makes a call throw or an item be refused', async () => {
  const { project, client } = await hub.open()
  // What a caller without types may say.
  const odd = [
    cyclic(),
    deep(),
    12n,
    new Order(),
    Buffer.alloc(10),
    () => {},
    null,
    undefined,
    '\ud800\0',
  ] as never[]
  const trace = client.trace('odd \0 name \ud800', {
    traceId: 'x'.repeat(500),
    userId: 'u'.repeat(500),
    tags: ['t'.repeat(500)],
  })
  for (const value of odd)
    trace
      .span('s'.repeat(3000), { input: value, attributes: value, type: 'y'.repeat(100) })
      .end({ output: value })
  trace.span(
    'usage',
    { usage: { inputTokens: -1, outputTokens: 1.4, costUsd: Number.NaN, model: 'm'.repeat(300) } },
    () => {},
  )
  trace.set({ attributes: { deep: deep() }, output: cyclic() })
  client.startSpan(undefined as never, null as never)
  client.logEvent(12n as never, { metadata: cyclic() })
  client.endLanggraphNode(undefined as never)
  client.attachEval(null as never)
  trace.end({
    error: {
      toString() {
        throw new Error('no')
      },
    },
  })
  await client.flush().catch(() => {})
  expect(client.stats()).toMatchObject({ dropped: 0, rejected: 0 })
  expect((await hub.traceOf(project, trace.traceId)).trace).toMatchObject({
    total_spans: 11,
    ended_spans: 11,
  })
})

test('a mask sees every text before it leaves; one that fails hides it', async () => {
  const { project, client } = await hub.open({
    mask: (value, field) => {
      if (field === 'output') throw new Error('mask is broken')
      return JSON.parse(JSON.stringify(value).replaceAll('secret', '***'))
    },
    onWarning: () => {},
  })
  const trace = client.trace('masked', { input: 'my secret' })
  trace.log('a secret', { note: 'secret' })
  trace
    .span('s', { input: { key: 'secret' }, attributes: { a: 'secret' } })
    .end({ output: 'secret', error: new Error('secret') })
  trace.end({ output: 'secret' })
  await client.flush()
  const told = await hub.traceOf(project, trace.traceId)
  expect(JSON.stringify(told)).not.toContain('secret')
  expect(told.spanOf('s')).toMatchObject({
    input: { key: '***' },
    output: '[masking failed]',
    error: 'Error: ***',
  })
})

test('a clock that is set back in the middle bends no duration', async () => {
  const { project, client } = await hub.open()
  const trace = client.trace('clock')
  const span = trace.span('work')
  setSystemTime(new Date(Date.now() - 3_600_000))
  trace.span('inside', () => {})
  span.end()
  trace.end()
  setSystemTime()
  await client.flush()
  const { trace: told, spans } = await hub.traceOf(project, trace.traceId)
  for (const { duration_ms } of [told, ...spans]) {
    expect(duration_ms).toBeGreaterThanOrEqual(0)
    expect(duration_ms).toBeLessThan(60_000)
  }
})

test('what is not sampled is not sent, and counted; the app runs the same', async () => {
  const { client } = await hub.open({ sampleRate: 0 })
  expect(await client.trace('t', async (trace) => trace.span('s', () => 1))).toBe(1)
  await client.flush()
  expect(client.stats()).toMatchObject({ recorded: 0, unsampled: 1, acknowledged: 0 })
})

test('a client that is switched off runs the app and sends nothing', async () => {
  const { client } = await hub.open({ enabled: false })
  expect(client.trace('t', (trace) => trace.span('s', () => 1))).toBe(1)
  client.startTrace({ name: 'x' })
  client.attachEval({ evalName: 'e', evalModel: 'm', score: 1, passed: true })
  client.endTrace()
  await client.flush()
  expect(client.stats()).toMatchObject({ recorded: 0, acknowledged: 0 })
  expect(await client.decide({ output: 'x' })).toMatchObject({
    allowed: false,
    unavailable: { reason: 'disabled' },
  })
})

test('the environment fills in what is not given', () => {
  const env = {
    ...{ TRACEHUB_BASE_URL: 'https://hub.example/', TRACEHUB_API_KEY: 'k', TRACEHUB_ENABLED: '0' },
    ...{ TRACEHUB_ENVIRONMENT: 'prod', TRACEHUB_RELEASE: '1.2', TRACEHUB_SAMPLE_RATE: '0.25' },
  }
  expect(readOptions({}, env)).toMatchObject({
    ...{ baseUrl: 'https://hub.example', apiKey: 'k', enabled: false },
    ...{ environment: 'prod', release: '1.2', sampleRate: 0.25 },
  })
  expect(readOptions({ apiKey: 'mine', enabled: true }, env)).toMatchObject({ apiKey: 'mine', enabled: true })
  expect(readOptions({}, {})).toMatchObject({
    baseUrl: 'http://localhost:8000',
    apiKey: 'dev-key',
    enabled: true,
  })
})

test('a base URL that is none switches the client off, with a warning', () => {
  const warnings: string[] = []
  const client = new LLMTraceClient({
    baseUrl: 'not a url',
    onWarning: (message) => void warnings.push(message),
  })
  expect(client.trace('t', () => 1)).toBe(1)
  expect(client.stats().recorded).toBe(0)
  expect(warnings).toHaveLength(1)
})

test('the client does not trace itself, even when its fetch is traced', async () => {
  const { project, client } = await hub.open()
  const traced: LLMTraceClient = new LLMTraceClient({
    ...{ baseUrl: 'http://localhost', apiKey: project.key, exitTimeoutMs: 0 },
    fetch: (url, init) =>
      traced.trace('fetch', () => traced.observe(async () => hub.api.fetch(new Request(url, init)))()),
  })
  await traced.trace('app', async () => {})
  await traced.flush()
  expect(traced.stats()).toMatchObject({ recorded: 2, acknowledged: 2, pending: 0 })
  await client.flush()
})

test('Retry-After is read as seconds, a fraction, or a date, and bounded', () => {
  const now = Date.parse('2026-02-07T10:00:00Z')
  expect(readRetryAfter('2', now)).toBe(2000)
  expect(readRetryAfter('0.5', now)).toBe(500)
  expect(readRetryAfter('Sat, 07 Feb 2026 10:00:05 GMT', now)).toBe(5000)
  expect(readRetryAfter('Sat, 07 Feb 2026 09:00:00 GMT', now)).toBe(0)
  expect(readRetryAfter('99999999', now)).toBe(300_000)
  expect(readRetryAfter('soon', now)).toBeNull()
  expect(readRetryAfter(null, now)).toBeNull()
})
