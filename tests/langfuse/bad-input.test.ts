import { afterAll, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { at, entry, openLangfuse } from './open-langfuse.ts'

const hub = await openLangfuse()
afterAll(hub.stop)

type Json = Record<string, unknown>
const id = () => crypto.randomUUID()
const PATH = '/api/public/ingestion'

const span = (body: Json, more: Json = {}) =>
  entry('span-create', 1, { id: id(), startTime: at(1), ...body }, more)

test.each<[string, unknown, string]>([
  ['null', null, 'batch.1'],
  ['a text', 'span', 'batch.1'],
  ['a list', [], 'batch.1'],
  ['no id', span({}, { id: undefined }), 'batch.1.id'],
  ['an id that is a number', span({}, { id: 7 }), 'batch.1.id'],
  ['an id of 300 characters', span({}, { id: 'x'.repeat(300) }), 'batch.1.id'],
  ['an unknown type', span({}, { type: 'span-delete' }), 'batch.1.type'],
  ['a type of the prototype', span({}, { type: 'constructor' }), 'batch.1.type'],
  ['no timestamp', span({}, { timestamp: undefined }), 'batch.1.timestamp'],
  ['a time without a zone', span({}, { timestamp: '2026-11-01T00:00:00' }), 'batch.1.timestamp'],
  ['a time in the year 9999', span({ startTime: '9999-01-01T00:00:00Z' }), 'batch.1.body.startTime'],
  ['a time that is a number', span({ endTime: 1_760_000_000 }), 'batch.1.body.endTime'],
  ['no body', span({}, { body: undefined }), 'batch.1.body'],
  ['a body that is a list', span({}, { body: [] }), 'batch.1.body'],
  ['a trace id of 200 characters', span({ traceId: 'x'.repeat(200) }), 'batch.1.body.traceId'],
  ['a trace id with NUL', span({ traceId: 'a\0b' }), 'batch.1.body.traceId'],
  ['a name that is a number', span({ name: 5 }), 'batch.1.body.name'],
  ['a level that is a number', span({ level: 5 }), 'batch.1.body.level'],
  ['a score without a name', entry('score-create', 1, { traceId: 't', value: 1 }), 'batch.1.body.name'],
  ['a score without a value', entry('score-create', 1, { traceId: 't', name: 'n' }), 'batch.1.body.value'],
  [
    'a score of a list',
    entry('score-create', 1, { traceId: 't', name: 'n', value: [] }),
    'batch.1.body.value',
  ],
  ['tags that are no list', entry('trace-create', 1, { id: 't', tags: 'a' }), 'batch.1.body.tags'],
])('%s is refused by name and its neighbours are kept', async (_, bad, place) => {
  const project = await hub.mint()
  const trace = id()
  const good = (name: string) => span({ traceId: trace, name, endTime: at(2) })
  const [first, last] = [good('first'), good('last')]
  const { successes, errors } = await hub.send(project, [first, bad, last])
  expect(successes.map(({ id: taken }) => taken)).toEqual([String(first['id']), String(last['id'])])
  expect(errors).toMatchObject([{ status: 400, error: 'validation_error' }])
  expect(errors[0]?.message).toContain(place)
  expect((await hub.traceOf(project, trace)).trace.total_spans).toBe(2)
})

test.each<[string, unknown, Record<string, string>, number]>([
  ['no JSON', '{', {}, 400],
  ['nothing', '', {}, 400],
  ['a list', '[]', {}, 422],
  ['no batch', '{}', {}, 422],
  ['a batch that is an object', '{"batch":{}}', {}, 422],
  ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['10,000 levels', `{"batch":[${'['.repeat(10_000)}${']'.repeat(10_000)}]}`, {}, 400],
  ['a bomb', gzipSync(Buffer.alloc(40_000_000, ' ')), { 'content-encoding': 'gzip' }, 413],
  ['more entries than it takes', `{"batch":[${'0,'.repeat(5000)}0]}`, {}, 413],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), {}, 400],
])('an envelope of %s is refused whole', async (_, body, headers, status) => {
  const project = await hub.mint()
  const bytes = typeof body === 'string' ? body : new Uint8Array(body as Buffer)
  const response = await hub.api.request('POST', PATH, { key: project.key, body: bytes, headers })
  expect(response.status).toBe(status)
})

test('names of the prototype are names like any other, NUL and half characters are replaced', async () => {
  const trace = id()
  const metadata = JSON.parse(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  ) as Json
  const { spans, trace: told } = await hub.read(
    [
      span({ traceId: trace, name: 'a\0b\ud800', metadata, usageDetails: metadata, input: metadata }),
      entry('trace-create', 1, { id: trace, name: 'n\0', metadata }),
    ],
    trace,
  )
  expect(spans).toMatchObject([{ name: 'a�b�' }])
  expect(told.name).toBe('n�')
  expect(Object.hasOwn(spans[0]?.attributes['metadata'] as object, '__proto__')).toBe(true)
  expect(Object.hasOwn({}, 'polluted') || 'polluted' in {}).toBe(false)
})

test('an end before the start, a span in itself and a circle are kept', async () => {
  const trace = id()
  const { trace: told } = await hub.read(
    [
      span({ traceId: trace, startTime: at(5), endTime: at(4) }),
      span({ traceId: trace, id: 'self', parentObservationId: 'self' }),
      span({ traceId: trace, id: 'a', parentObservationId: 'b' }),
      span({ traceId: trace, id: 'b', parentObservationId: 'a' }),
    ],
    trace,
  )
  expect(told.total_spans).toBe(4)
})

test('figures that are none leave the generation as it is', async () => {
  const trace = id()
  const usage = { input: -1, output: 1.5, total: 'many', unit: 'TOKENS', totalCost: -3 }
  const { spans } = await hub.read(
    [
      entry('generation-create', 1, {
        id: id(),
        traceId: trace,
        startTime: at(1),
        usage,
        costDetails: 'free',
      }),
    ],
    trace,
  )
  expect(spans).toMatchObject([{ input_tokens: null, output_tokens: null, cost_usd: null }])
})
