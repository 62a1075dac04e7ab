import { expect, test } from 'bun:test'
import { registryOf } from '../metrics/registry.ts'
import { testLog } from '../testing/log.ts'
import { until } from '../testing/until.ts'
import { readSettings, wantsSpans } from './read-settings.ts'
import { spanQueue, type Send } from './span-queue.ts'
import { readTraceparent, writeTraceparent } from './trace-parent.ts'
import type { Ended } from './write-spans.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`

test('a traceparent is read and written as W3C says; what is none begins a trace of its own', () => {
  const context = { trace_id: TRACE, span_id: 'b7ad6b7169203331', sampled: true }
  expect(readTraceparent(PARENT)).toEqual(context)
  expect(writeTraceparent(context)).toBe(PARENT)
  expect(readTraceparent(PARENT.replace(/01$/, '00'))?.sampled).toBe(false)
  expect(readTraceparent(`cc${PARENT.slice(2)}-what-comes-later`)).toEqual(context)
  const none = [
    ...[null, '', 'x', `${PARENT}-more`, `ff${PARENT.slice(2)}`, PARENT.toUpperCase(), PARENT.slice(0, -1)],
    ...[PARENT.replace(TRACE, '0'.repeat(32)), PARENT.replace('b7ad6b7169203331', '0'.repeat(16))],
  ]
  for (const one of none) expect([one, readTraceparent(one)]).toEqual([one, null])
})

const read = (env: Record<string, string>) => {
  const warned: string[] = []
  const settings = readSettings(env, 'llm-trace-hub', (variable) => void warned.push(variable))
  return { settings, warned }
}

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/otel/' }

test('the variables of OpenTelemetry say where to, with which headers and under which name', () => {
  const { settings, warned } = read({
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=a%20b, x-one = 1',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod,service.name=from-there',
  })
  expect(warned).toEqual([])
  expect(settings).toMatchObject({
    url: 'http://collector:4318/otel/v1/traces',
    headers: { 'x-api-key': 'a b', 'x-one': '1' },
    service_name: 'from-there',
    resource: { 'deployment.environment.name': 'prod' },
    delay_ms: 5000,
  })
  const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces/x', OTEL_SERVICE_NAME: 'mine' }
  expect(read({ ...ENDPOINT, ...own }).settings).toMatchObject({
    url: 'https://traces/x',
    service_name: 'mine',
  })
  expect(wantsSpans({ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBe(false)
  expect(wantsSpans({ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBe(false)
  expect(wantsSpans({ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_SERVICE_NAME: 'x' })).toBe(false)
})

test('a value that cannot be used is told and stops nothing', () => {
  expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' })).toEqual({
    settings: null,
    warned: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
  })
  expect(read({ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).settings).toBeNull()
  const odd = {
    OTEL_EXPORTER_OTLP_HEADERS: 'no pair',
    OTEL_TRACES_SAMPLER: 'jaeger_remote',
    OTEL_BSP_SCHEDULE_DELAY: 'soon',
  }
  const { settings, warned } = read({ ...ENDPOINT, ...odd })
  expect(warned.toSorted()).toEqual(Object.keys(odd).toSorted())
  expect(settings).toMatchObject({ headers: {}, delay_ms: 5000 })
  expect(settings?.sampler(TRACE, null)).toBe(true)
})

test('the samplers of OpenTelemetry take all, none or a part of the traces, or what their parent was told', () => {
  const sampler = (name: string, arg = '') =>
    read({ ...ENDPOINT, OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: arg }).settings?.sampler
  const parent = { trace_id: TRACE, span_id: 'b7ad6b7169203331', sampled: false }
  expect(sampler('always_on')?.(TRACE, parent)).toBe(true)
  expect(sampler('always_off')?.(TRACE, null)).toBe(false)
  expect(sampler('parentbased_always_on')?.(TRACE, parent)).toBe(false)
  expect(sampler('parentbased_always_off')?.(TRACE, { ...parent, sampled: true })).toBe(true)
  const ids = Array.from({ length: 2000 }, () => crypto.randomUUID().replaceAll('-', ''))
  const taken = ids.filter((id) => sampler('traceidratio', '0.25')?.(id, null)).length
  expect(taken).toBeGreaterThan(400)
  expect(taken).toBeLessThan(600)
})

const ended = (name: string): Ended => ({
  ...{ context: { trace_id: TRACE, span_id: '1', sampled: true }, parent: null, name, kind: 'internal' },
  ...{ began_at: 1, ended_at: 2, attributes: {}, links: [], failed: false },
})

async function counts(log: ReturnType<typeof testLog>['log']): Promise<Record<string, number>> {
  const text = await registryOf(log).text()
  const found = text.matchAll(/hub_own_spans_total\{outcome="(\w+)"\} (\d+)/g)
  return Object.fromEntries([...found].map(([, outcome, count]) => [String(outcome), Number(count)]))
}

test('what is too much is dropped and counted, and the rest is sent once the receiver is back', async () => {
  const { log, told } = testLog()
  let away = true
  const got: string[] = []
  const send: Send = async (spans) => {
    if (away) throw new Error('connection refused')
    got.push(...spans.map(({ name }) => name))
    return { status: 200, refused: 1 }
  }
  const queue = spanQueue(log, send, 5)
  for (let n = 0; n < 3000; n++) queue.add(ended(`s${n}`))
  await until('it was tried', () => told('own spans cannot be sent') === 1)
  away = false
  await until('all is sent', () => got.length === 2048)
  expect([got[0], got.at(-1)]).toEqual(['s0', 's2047'])
  expect(told('own spans are sent again')).toBe(1)
  await until('all is counted', async () => (await counts(log))['sent'] === 2044)
  expect(await counts(log)).toEqual({ sent: 2044, refused: 4, dropped: 952 })
  await queue.stop()
})

test('a batch that the receiver refuses for good is not sent again, one that it cannot take now is', async () => {
  const { log } = testLog()
  const answers = [503, 429, 200, 400, 200]
  const got: number[] = []
  const send: Send = async (spans) => {
    got.push(spans.length)
    return { status: answers.shift() ?? 200, refused: 0 }
  }
  const queue = spanQueue(log, send, 1)
  queue.add(ended('a'))
  await until('the first was taken', () => got.length === 3)
  queue.add(ended('b'))
  queue.add(ended('c'))
  await until('the next were refused', () => got.length === 4)
  await queue.stop()
  expect(got).toEqual([1, 1, 1, 2])
  expect(await counts(log)).toEqual({ sent: 1, refused: 2, dropped: 0 })
})

test('at the end what waits is sent; a receiver that hangs is not waited for', async () => {
  const { log } = testLog()
  const got: string[] = []
  const send: Send = async (spans) => {
    got.push(...spans.map(({ name }) => name))
    return { status: 200, refused: 0 }
  }
  const quick = spanQueue(log, send, 60_000)
  quick.add(ended('last'))
  await quick.stop()
  expect(got).toEqual(['last'])
  const hanging = spanQueue(log, () => new Promise(() => {}), 60_000)
  hanging.add(ended('lost'))
  await hanging.stop()
  expect((await counts(log))['dropped']).toBe(1)
})
