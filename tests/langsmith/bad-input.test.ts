import { afterAll, expect, test } from 'bun:test'
import zlib from 'node:zlib'
import { at } from '../query/open-hub.ts'
import { BOUNDARY, multipart, partsOf, type Json, type Part } from './multipart.ts'
import { newId, newRun, openLangsmith } from './open-langsmith.ts'

const hub = await openLangsmith()
afterAll(hub.stop)

const run = newRun({ inputs: { a: 1 } })
const whole = multipart(partsOf('post', run))
const raw = (...lines: string[]) => Buffer.from(lines.join('\r\n'))
const disposition = (name: string) => `Content-Disposition: form-data; name="${name}"`
const type = `multipart/form-data; boundary=${BOUNDARY}`
const name = `post.${String(run['id'])}`

test.each<[string, Uint8Array, Record<string, string>, number, string, string]>([
  [
    'no boundary in the type',
    whole,
    { 'content-type': 'multipart/form-data' },
    400,
    'malformed_multipart',
    'names no boundary',
  ],
  [
    'another boundary in the type',
    whole,
    { 'content-type': 'multipart/form-data; boundary=other' },
    400,
    'malformed_multipart',
    'does not begin',
  ],
  [
    'no boundary in the body',
    Buffer.from('hello'),
    { 'content-type': type },
    400,
    'malformed_multipart',
    'does not begin',
  ],
  [
    'another type',
    whole,
    { 'content-type': 'application/json' },
    415,
    'unsupported_media_type',
    'multipart/form-data',
  ],
  [
    'a body that is cut off',
    whole.subarray(0, whole.length - 10),
    { 'content-type': type },
    400,
    'malformed_multipart',
    `part 1 ("${name}.inputs"): the body ends`,
  ],
  [
    'a body that ends in a header',
    raw(`--${BOUNDARY}`, disposition(name)),
    { 'content-type': type },
    400,
    'malformed_multipart',
    'part 0: its header has no end',
  ],
  [
    'a part without a name',
    raw(`--${BOUNDARY}`, 'content-type: x', '', 'text', `--${BOUNDARY}--`, ''),
    { 'content-type': type },
    400,
    'malformed_multipart',
    'part 0: it has no name',
  ],
  [
    'a header without end',
    raw(`--${BOUNDARY}`, `x: ${'y'.repeat(10_000)}`, '', '', `--${BOUNDARY}--`),
    { 'content-type': type },
    400,
    'malformed_multipart',
    'part 0: its header',
  ],
  [
    'gzip that is none',
    whole,
    { 'content-type': type, 'content-encoding': 'gzip' },
    400,
    'bad_encoding',
    'content-encoding',
  ],
  [
    'gzip that is cut off',
    zlib.gzipSync(whole).subarray(0, 50),
    { 'content-type': type, 'content-encoding': 'gzip' },
    400,
    'bad_encoding',
    'content-encoding',
  ],
  [
    'an encoding that nobody has',
    whole,
    { 'content-type': type, 'content-encoding': 'br' },
    415,
    'unsupported_media_type',
    'gzip',
  ],
  [
    'a bomb of gzip',
    zlib.gzipSync(Buffer.alloc(40_000_000)),
    { 'content-type': type, 'content-encoding': 'gzip' },
    413,
    'body_too_large',
    '32 MB',
  ],
  [
    'a bomb of zstd',
    Bun.zstdCompressSync(Buffer.alloc(40_000_000)),
    { 'content-type': type, 'content-encoding': 'zstd' },
    413,
    'body_too_large',
    '32 MB',
  ],
  ['nothing', Buffer.alloc(0), { 'content-type': type }, 400, 'empty_body', 'empty'],
  [
    '20,001 parts',
    multipart(Array.from({ length: 20_001 }, () => ({ name: 'x', content: '' }))),
    { 'content-type': type },
    413,
    'too_many_items',
    '20000 parts',
  ],
])('a multipart body with %s is refused', async (_, body, headers, status, code, said) => {
  const project = await hub.mint()
  const answer = await hub.request(project, 'POST', '/runs/multipart', body, headers)
  expect([answer.status, answer.json['code']]).toEqual([status, code])
  expect(String(answer.json['detail'])).toContain(said)
})

const bad = (more: Json) => partsOf('post', newRun(more))
const id = newId()
const deep = Buffer.from('{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000))

test.each<[string, Part[], string]>([
  [
    'JSON that is none',
    [{ name: `post.${id}`, content: Buffer.from('{') }],
    `post.${id}: It is not valid JSON`,
  ],
  [
    'inputs that are no JSON',
    [...bad({ id }), { name: `post.${id}.inputs`, content: Buffer.from('[1,') }],
    `post.${id}.inputs: It is not valid JSON`,
  ],
  [
    'inputs that are not UTF-8',
    [...bad({ id }), { name: `post.${id}.inputs`, content: Buffer.from([0x22, 0xff, 0x22]) }],
    'not valid UTF-8',
  ],
  [
    'inputs that nest 10,000 deep',
    [...bad({ id }), { name: `post.${id}.inputs`, content: deep }],
    'deeper than 128',
  ],
  ['a list for a run', [{ name: `post.${id}`, content: [] }], `post.${id}: Expected an object`],
  ['a run of another id', [{ name: `post.${id}`, content: newRun() }], 'id: Names another run'],
  [
    'inputs of a run that is not there',
    [{ name: `patch.${id}.inputs`, content: {} }],
    `The body has no part patch.${id}`,
  ],
  [
    'a file of a run that is not there',
    [{ name: `attachment.${id}.x`, content: Buffer.from('x') }],
    'The body has no part post.',
  ],
  ['a part of no known name', [{ name: 'run.1', content: {} }], 'Expected post.<id>'],
  [
    'an end in the year 9999',
    bad({ end_time: '9999-01-01T00:00:00Z' }),
    'end_time: Expected an ISO 8601 time',
  ],
  ['a negative end', bad({ end_time: -1 }), 'end_time: Expected an ISO 8601 time'],
  ['an end that is no time', bad({ end_time: 'soon' }), 'end_time: Expected an ISO 8601 time'],
  ['an end that is a list', bad({ end_time: [] }), 'end_time:'],
  ['no time at all', bad({ start_time: undefined, dotted_order: undefined }), 'start_time: Expected a time'],
  ['no trace', bad({ trace_id: undefined, dotted_order: 'x', parent_run_id: newId() }), 'trace_id: Expected'],
  ['a trace that is a number', bad({ trace_id: 7 }), 'trace_id:'],
  ['an id of 129 characters', partsOf('post', newRun({ id: 'x'.repeat(129) })), 'post.xxx'],
  ['an extra that is text', bad({ extra: 'x' }), 'extra:'],
  ['feedback without a run', [{ name: 'feedback.1', content: { key: 'k', score: 1 } }], 'feedback.1.run_id'],
  [
    'feedback whose trace nobody tells',
    [{ name: 'feedback.1', content: { run_id: id, key: 'k', score: 1 } }],
    'feedback.1: Expected a trace_id',
  ],
])('%s is refused alone, by name, and its neighbours are stored', async (_, parts, said) => {
  const project = await hub.mint()
  const [before, after] = [newRun(), newRun()]
  const sent = [...partsOf('post', before), ...parts, ...partsOf('post', after)]
  const { status, json } = await hub.sendParts(project, sent)
  expect([status, json['accepted']]).toEqual([202, 2])
  const rejected = json['rejected'] as { index: number; code: string; detail: string }[]
  expect(rejected).toHaveLength(1)
  expect(rejected[0]).toMatchObject({ index: 1, code: 'validation_error' })
  expect(rejected[0]?.detail).toContain(said)
  for (const good of [before, after]) {
    expect((await hub.traceOf(project, String(good['id']))).spans).toHaveLength(1)
  }
})

test.each<[string, unknown, number, string]>([
  ['a list', [], 422, 'validation_error'],
  ['runs that are no list', { post: {} }, 422, 'validation_error'],
  ['JSON that is none', '{', 400, 'malformed_json'],
])('a batch that is %s is refused', async (_, body, status, code) => {
  const project = await hub.mint()
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await hub.request(project, 'POST', '/runs/batch', text)
  expect([answer.status, answer.json['code']]).toEqual([status, code])
})

test('in a batch a run that cannot be taken is refused alone', async () => {
  const project = await hub.mint()
  const body = { post: [newRun(), 7, { name: 'no id' }], patch: [{ id: 'x' }, newRun()] }
  const { status, json } = await hub.json(project, 'POST', '/runs/batch', body)
  expect([status, json['accepted']]).toEqual([202, 2])
  const rejected = json['rejected'] as { index: number; id: string | null; detail: string }[]
  const told = rejected.map(({ index, id: named, detail }) => [index, named, detail.split(':')[0]])
  expect(told).toEqual([
    [1, null, 'body.post.1'],
    [2, null, 'body.post.2.id'],
    [3, 'x', 'body.patch.0.trace_id'],
  ])
})

test.each<[string, string, unknown, string]>([
  ['POST', '/runs', [], 'Expected object'],
  ['POST', '/runs', { name: 'no id', start_time: at(1) }, 'id'],
  ['PATCH', `/runs/${id}`, { id: newId(), trace_id: id, end_time: at(1) }, 'another run'],
  ['PATCH', `/runs/${id}`, { trace_id: id, end_time: 'soon' }, 'end_time'],
  ['PATCH', '/runs/a%00b', { end_time: at(1) }, 'id'],
  ['PATCH', `/runs/${'x'.repeat(129)}`, { end_time: at(1) }, 'id'],
  ['POST', '/runs', { id, start_time: at(1), parent_run_id: 'a\0b' }, 'parent_run_id'],
])('%s %s refuses what cannot be taken', async (method, path, body, said) => {
  const project = await hub.mint()
  const { status, json } = await hub.json(project, method, path, body)
  expect([status, json['code']]).toEqual([422, 'validation_error'])
  expect(JSON.stringify(json['detail'])).toContain(said)
})

test('names of prototypes, ends before starts, and runs that are their own parents are taken as they are', async () => {
  const project = await hub.mint()
  const odd = newRun({ name: '__proto__' })
  const own = JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":{"y":2}}}') as Json
  const self: Json = { ...newRun(), extra: { metadata: own } }
  const [a, b] = [newId(), newId()]
  const around = (me: string, above: string) =>
    newRun({ id: me, trace_id: a, parent_run_id: above, dotted_order: undefined })
  await hub.tell(project, [
    { ...odd, inputs: own, end_time: at(0.5) },
    { ...self, parent_run_id: self['id'] },
    ...[around(a, b), around(b, a)],
  ])
  expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  const [span] = (await hub.traceOf(project, String(odd['id']))).spans
  expect(span).toMatchObject({ name: '__proto__', status: 'success' })
  expect(JSON.stringify(span?.input)).toBe(JSON.stringify(own))
  const [root] = (await hub.traceOf(project, String(self['id']))).spans
  expect(root?.parent_span_id).toBeNull()
  expect((await hub.traceOf(project, a)).spans).toHaveLength(2)
})

test('the length that a part says of itself is not believed, the boundary is', async () => {
  const project = await hub.mint()
  const said = JSON.stringify(run)
  const body = raw(
    ...[
      `--${BOUNDARY}`,
      'Content-Type: application/json; length=3',
      'Content-Length: 1',
      disposition(name),
      '',
      said,
    ],
    ...[
      `--${BOUNDARY} \t`,
      disposition(`${name}.outputs`),
      'content-type: text/plain; length=99999',
      '',
      '{"b":2}',
    ],
    ...[`--${BOUNDARY}--`, 'an epilogue'],
  )
  expect((await hub.sendBytes(project, body)).json).toMatchObject({ accepted: 1, rejected: [] })
  const [span] = (await hub.traceOf(project, String(run['id']))).spans
  expect(span).toMatchObject({ input: { a: 1 }, output: { b: 2 } })
})

test('nothing to tell is answered like anything else, and leaves nothing', async () => {
  const project = await hub.mint()
  const nothing = { accepted: 0, duplicates: 0, rejected: [] }
  expect(await hub.sendParts(project, [])).toMatchObject({ status: 202, json: nothing })
  expect(await hub.json(project, 'POST', '/runs/batch', {})).toMatchObject({ status: 202, json: nothing })
})
