import { afterAll, expect, test } from 'bun:test'
import zlib from 'node:zlib'
import { bytesField } from '#shared/protocol/otlp/write-wire.ts'
import { encodeRequest, encodeSpan, otlpAttributes, otlpRequest } from '#shared/testing/otlp.ts'
import { nanos, openOtlp, otlpSpan, PROTOBUF, spanId, traceId } from './open-otlp.ts'

const hub = await openOtlp()
afterAll(hub.stop)

const MB = 1024 * 1024
const good = encodeRequest(otlpRequest([otlpSpan(traceId())]))
const json = { 'content-type': 'application/json' }
const protobuf = { 'content-type': PROTOBUF }

const codeOf = (bytes: Buffer, type: string | null): string =>
  type === PROTOBUF
    ? (/[a-z_]{5,}(?=: )/.exec(bytes.toString('latin1'))?.[0] ?? '')
    : (JSON.parse(String(bytes)) as { code: string }).code

const deepJson = `{"resourceSpans":${'['.repeat(10_000)}${']'.repeat(10_000)}}`
const manyMembers = `{"resourceSpans":[],${Array.from({ length: 500_001 }, (_, n) => `"${n}":0`).join(',')}}`

test.each<[string, string | Uint8Array, Record<string, string>, number, string]>([
  ['protobuf that is cut off', good.subarray(0, good.length - 3), protobuf, 400, 'malformed_protobuf'],
  ['bytes that are no protobuf', Buffer.from([0xff, 0xff, 0xff]), protobuf, 400, 'malformed_protobuf'],
  [
    'a length past the end',
    Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    protobuf,
    400,
    'malformed_protobuf',
  ],
  ['a wrong wire type at the top', Buffer.from([0x0b, 0x01]), protobuf, 400, 'malformed_protobuf'],
  ['JSON that is cut off', '{"resourceSpans":[', json, 400, 'malformed_json'],
  ['JSON of 10,000 levels', deepJson, json, 400, 'too_deep'],
  ['JSON of too many members', manyMembers, json, 413, 'too_many_keys'],
  ['no body at all in JSON', '', json, 400, 'empty_body'],
  ['a list for a body', '[]', json, 422, 'validation_error'],
  ['resourceSpans that are none', '{"resourceSpans":7}', json, 422, 'validation_error'],
  ['text', 'hello', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
  [
    'an encoding that nobody knows',
    good,
    { ...protobuf, 'content-encoding': 'br' },
    415,
    'unsupported_media_type',
  ],
  ['gzip that is none', good, { ...protobuf, 'content-encoding': 'gzip' }, 400, 'bad_encoding'],
  [
    'a gzip bomb',
    zlib.gzipSync(Buffer.alloc(200 * MB)),
    { ...protobuf, 'content-encoding': 'gzip' },
    413,
    'body_too_large',
  ],
  [
    'a zstd bomb',
    Bun.zstdCompressSync(Buffer.alloc(200 * MB)),
    { ...protobuf, 'content-encoding': 'zstd' },
    413,
    'body_too_large',
  ],
  ['more than 32 MB', Buffer.alloc(32 * MB + 1), protobuf, 413, 'body_too_large'],
  [
    'more spans than one request may carry',
    encodeRequest(otlpRequest(Array.from({ length: 20_001 }, () => ({})))),
    protobuf,
    413,
    'too_many_items',
  ],
])('%s is refused whole', async (_, body, headers, status, code) => {
  const project = await hub.mint()
  const answer = await hub.post(project, body, headers)
  expect([answer.status, codeOf(answer.bytes, answer.type)]).toEqual([status, code])
  const [rows] = await hub.deps.database.sql<{ rows: number }[]>`
    select count(*)::int "rows" from log l join projects p using (project_no) where p.project_id = ${project.project_id}`
  expect(rows?.rows).toBe(0)
})

const nested = (levels: number): object =>
  levels === 0 ? { stringValue: 'x' } : { arrayValue: { values: [nested(levels - 1)] } }

/** Lists of one in one another, put together from the inside: recursion would not get so far. */
function nestedBytes(levels: number): Buffer {
  const parts: Buffer[] = []
  let size = 0
  for (let level = 0; level < levels; level++) {
    const value = bytesField(1, Buffer.alloc(0)).subarray(0, 1)
    const head = Buffer.concat([
      bytesField(5, Buffer.alloc(0)).subarray(0, 1),
      lengthOf(size + 1 + lengthOf(size).length),
      value,
      lengthOf(size),
    ])
    parts.unshift(head)
    size += head.length
  }
  return Buffer.concat(parts)
}

function lengthOf(size: number): Buffer {
  const bytes: number[] = []
  let rest = size
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}

const trace = traceId()
const spanBytes = (...fields: Buffer[]) => Buffer.concat([encodeSpan(otlpSpan(trace)), ...fields])
const pair = (value: Buffer) => bytesField(9, Buffer.concat([bytesField(1, 'deep'), bytesField(2, value)]))

test.each<[string, Buffer, string]>([
  ['AnyValue of 10,000 levels', spanBytes(pair(nestedBytes(10_000))), 'levels'],
  [
    'a million attributes',
    spanBytes(
      Buffer.concat(
        Array.from({ length: 1_000_000 }, () => bytesField(9, 'x').subarray(0, 2)).map((head) =>
          Buffer.from([head[0] ?? 0, 0]),
        ),
      ),
    ),
    'values',
  ],
  ['a span that is cut off', encodeSpan(otlpSpan(trace)).subarray(0, 30), 'protobuf'],
  ['a wrong wire type inside', spanBytes(Buffer.from([0x0b])), 'protobuf'],
  ['an empty span', Buffer.alloc(0), 'traceId'],
])('%s is refused alone, its neighbours are kept', async (_, bad, why) => {
  const project = await hub.mint()
  const mine = traceId()
  const spans = [encodeSpan(otlpSpan(mine)), bad, encodeSpan(otlpSpan(mine))]
  const body = bytesField(1, bytesField(2, Buffer.concat(spans.map((span) => bytesField(2, span)))))
  const { status, bytes } = await hub.post(project, body, protobuf)
  expect(status).toBe(200)
  expect(bytes.toString()).toContain('spans.1.')
  expect(bytes.toString()).toContain(why)
  expect((await hub.traceOf(project, mine)).trace.total_spans).toBe(2)
})

test.each<[string, object, string]>([
  ['a trace id of 15 bytes', { traceId: 'ab'.repeat(15) }, 'traceId'],
  ['a trace id of zeros', { traceId: '0'.repeat(32) }, 'traceId'],
  ['no span id', { spanId: undefined }, 'spanId'],
  ['a span id of 9 bytes', { spanId: 'ab'.repeat(9) }, 'spanId'],
  ['a parent id of 3 bytes', { parentSpanId: 'ababab' }, 'parentSpanId'],
  ['no start', { startTimeUnixNano: undefined }, 'startTimeUnixNano'],
  ['a start of 0', { startTimeUnixNano: '0' }, 'startTimeUnixNano'],
  ['a start in the year 9999', { startTimeUnixNano: '253370764800000000000' }, 'startTimeUnixNano'],
  ['a start that is no number', { startTimeUnixNano: 'soon' }, 'startTimeUnixNano'],
  ['an end in the year 9999', { endTimeUnixNano: '18446744073709551615' }, 'endTimeUnixNano'],
  ['values of 40 levels', { attributes: [{ key: 'a', value: nested(33) }] }, 'attributes'],
])('%s: the span is refused by name, its neighbours are kept', async (_, more, place) => {
  const project = await hub.mint()
  const mine = traceId()
  const answer = await hub.send(project, [otlpSpan(mine), { ...otlpSpan(mine), ...more }, otlpSpan(mine)])
  expect(answer).toMatchObject({ status: 200, rejected: 1 })
  expect(answer.message).toContain(`spans.1.${place}`)
  expect((await hub.traceOf(project, mine)).trace.total_spans).toBe(2)
})

test('a span that is no object is refused alone', async () => {
  const project = await hub.mint()
  const mine = traceId()
  expect(await hub.send(project, [7, null, otlpSpan(mine)])).toMatchObject({ status: 200, rejected: 2 })
  expect((await hub.traceOf(project, mine)).trace.total_spans).toBe(1)
})

test('an end of 0 leaves the span running, and one before the start is kept as it is', async () => {
  const project = await hub.mint()
  const mine = traceId()
  const odd = [
    otlpSpan(mine, { name: 'open', endTimeUnixNano: '0' }),
    otlpSpan(mine, { name: 'backwards', startTimeUnixNano: nanos(5), endTimeUnixNano: nanos(4) }),
  ]
  expect(await hub.send(project, odd)).toMatchObject({ rejected: 0 })
  const { spanOf } = await hub.traceOf(project, mine)
  expect(spanOf('open')?.status).toBe('running')
  expect(spanOf('backwards')?.status).toBe('success')
})

test('spans that are each other’s parents, and one that is its own, do no harm', async () => {
  const project = await hub.mint()
  const mine = traceId()
  const [a, b, self] = [spanId(), spanId(), spanId()]
  await hub.send(project, [
    otlpSpan(mine, { spanId: a, parentSpanId: b, attributes: { 'gen_ai.usage.input_tokens': 5 } }),
    otlpSpan(mine, { spanId: b, parentSpanId: a, attributes: { 'gen_ai.usage.input_tokens': 5 } }),
    otlpSpan(mine, { spanId: self, parentSpanId: self }),
  ])
  expect((await hub.traceOf(project, mine)).trace.total_spans).toBe(3)
})

test('names of prototypes are names, and touch nothing', async () => {
  const project = await hub.mint()
  const mine = traceId()
  const id = spanId()
  const attributes = { 'openinference.span.kind': 'LLM', 'constructor.prototype.polluted': 'yes' }
  const pairs = [
    ...otlpAttributes(attributes),
    { key: '__proto__', value: { kvlistValue: { values: otlpAttributes({ polluted: 'yes' }) } } },
    { key: 'llm.input_messages.0.message.__proto__.polluted', value: { stringValue: 'yes' } },
    { key: 'llm.input_messages.0.message.constructor.prototype.polluted', value: { stringValue: 'yes' } },
    { key: 'input.value', value: { stringValue: '{"__proto__":{"polluted":"yes"}}' } },
  ]
  const span = { ...otlpSpan(mine, { spanId: id }), attributes: pairs }
  expect(await hub.send(project, [span])).toMatchObject({ rejected: 0 })
  const shown = await hub.spanOf(project, mine, id)
  expect(JSON.stringify(shown)).toContain('"__proto__":{"polluted":"yes"}')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('numbers as text, past 2^53, NaN, and sparse indexed names', async () => {
  const project = await hub.mint()
  const mine = traceId()
  const id = spanId()
  const pairs = [
    { key: 'openinference.span.kind', value: { stringValue: 'LLM' } },
    { key: 'llm.token_count.prompt', value: { intValue: '25' } },
    { key: 'llm.token_count.completion', value: { intValue: 7 } },
    { key: 'big', value: { intValue: '9223372036854775807' } },
    { key: 'nan', value: { doubleValue: 'NaN' } },
    { key: 'llm.input_messages.999999999.message.role', value: { stringValue: 'user' } },
    { key: 'llm.input_messages.999999999.message.content', value: { stringValue: 'last' } },
    { key: 'llm.input_messages.2.message.role', value: { stringValue: 'system' } },
    { key: 'llm.input_messages.2.message.content', value: { stringValue: 'first' } },
  ]
  for (const send of [hub.send, hub.sendProtobuf]) {
    const own = { ...otlpSpan(mine, { spanId: id }), attributes: pairs }
    expect((await send(project, [own])).status).toBe(200)
  }
  const { span } = await hub.spanOf(project, mine, id)
  expect(span).toMatchObject({
    ...{ input_tokens: 25, output_tokens: 7 },
    input: [
      { role: 'system', content: 'first' },
      { role: 'user', content: 'last' },
    ],
    attributes: { big: '9223372036854775807', nan: 'NaN' },
  })
})

test('ids in base64, as old clients of JSON write them, are the same ids', async () => {
  const project = await hub.mint()
  const [mine, id] = [traceId(), spanId()]
  const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
  await hub.send(project, [otlpSpan(mine, { traceId: base64(mine), spanId: base64(id) })])
  expect((await hub.traceOf(project, mine)).spans[0]?.id).toBe(id)
})

test('what is wrong is told to protobuf in protobuf', async () => {
  const response = await hub.api.request('POST', '/v1/traces', {
    body: new Uint8Array(good),
    headers: protobuf,
  })
  expect([response.status, response.headers.get('content-type')]).toEqual([401, PROTOBUF])
  expect(await response.text()).toContain('missing_api_key')
})
