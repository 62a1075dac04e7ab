import zlib from 'node:zlib'

/** One row of the truth about bad input: what is sent where, and the status and code that answer it. */
export type BadInput = {
  name: string
  method?: 'GET' | 'POST' | 'PUT'
  path: string
  body?: unknown
  headers?: Record<string, string>
  /** Whose key goes with it; the project's own unless said. */
  key?: 'none' | 'unknown' | 'admin' | 'fresh' | 'inactive'
  status: number
  code: string
  /** A part of `detail` that names the place. */
  names?: string
}

/** The same for an item: its neighbours are kept, the answer is 200 and names it in `rejected`. */
export type BadItem = { name: string; path: string; body: unknown; code: string; names: string }

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const START = '2026-11-01T00:00:00Z'
const TRACES = '/api/v1/ingest/traces'
const SPANS = '/api/v1/ingest/spans'
const RUNS = '/api/v1/ingest/langgraph-runs'
const EVALS = '/api/v1/evals'
const LIST = '/api/v1/traces'

const trace = (more: object = {}) => ({ trace: { trace_id: TRACE, start_time: START, ...more } })
const span = (more: object) => ({
  span_id: 's',
  trace_id: TRACE,
  name: 'n',
  start_time: START,
  idempotency_key: crypto.randomUUID(),
  ...more,
})
const event = (more: object) => ({
  trace_id: TRACE,
  span_id: 's',
  event_type: 'LOG',
  event_time: START,
  payload: {},
  idempotency_key: crypto.randomUUID(),
  ...more,
})
const node = (more: object) => ({
  node_id: 'n',
  node_name: 'n',
  start_time: START,
  idempotency_key: crypto.randomUUID(),
  ...more,
})
const score = (more: object) => ({
  trace_id: TRACE,
  eval_name: 'e',
  eval_model: 'm',
  score: 0.5,
  passed: true,
  idempotency_key: crypto.randomUUID(),
  ...more,
})
const run = (more: object) => ({ trace_id: TRACE, run_id: 'r', graph_name: 'g', start_time: START, ...more })

const json = { 'content-type': 'application/json' }
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const bytes = (text: string) => new TextEncoder().encode(text)
const invalidUtf8 = new Uint8Array([...bytes('{"trace":"'), 0xff, ...bytes('"}')])
const bomb = () => new Uint8Array(zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)))
const zstdBomb = () => new Uint8Array(Bun.zstdCompressSync(Buffer.alloc(64 * 1024 * 1024, 0x20)))

/** Rows that hold for every door that takes a body. */
const everyDoor = (path: string): BadInput[] => [
  { name: 'no key', path, key: 'none', body: {}, status: 401, code: 'missing_api_key' },
  { name: 'an unknown key', path, key: 'unknown', body: {}, status: 401, code: 'invalid_api_key' },
  {
    name: 'a key that is SQL',
    path,
    key: 'none',
    headers: { 'x-api-key': "' or pg_sleep(8)--" },
    body: {},
    status: 401,
    code: 'invalid_api_key',
  },
  {
    name: 'a project whose key was never rotated',
    path,
    key: 'fresh',
    body: {},
    status: 403,
    code: 'key_not_activated',
  },
  { name: 'a deactivated project', path, key: 'inactive', body: {}, status: 401, code: 'invalid_api_key' },
  {
    name: "another project's id in x-project-id",
    path,
    headers: { 'x-project-id': crypto.randomUUID() },
    body: {},
    status: 403,
    code: 'project_scope_mismatch',
  },
  {
    name: 'an admin key with x-project-id that is no UUID',
    path,
    key: 'admin',
    headers: { 'x-project-id': 'not-a-uuid' },
    body: {},
    status: 400,
    code: 'invalid_project_id',
  },
  {
    name: 'an admin key with an unknown x-project-id',
    path,
    key: 'admin',
    headers: { 'x-project-id': crypto.randomUUID() },
    body: {},
    status: 404,
    code: 'project_not_found',
  },
  {
    name: 'two different keys',
    path,
    headers: { authorization: 'Bearer another-key' },
    body: {},
    status: 400,
    code: 'duplicate_header',
  },
  { name: 'truncated JSON', path, body: '{"id":', status: 400, code: 'malformed_json' },
  { name: 'a trailing comma', path, body: '{"a":1,}', status: 400, code: 'malformed_json' },
  { name: 'NaN', path, body: '{"score":NaN}', status: 400, code: 'malformed_json' },
  { name: 'an empty body', path, body: '', headers: json, status: 400, code: 'empty_body' },
  { name: 'a list where an object is due', path, body: '[]', status: 422, code: 'validation_error' },
  { name: 'null', path, body: 'null', status: 422, code: 'validation_error' },
  { name: 'a bare number', path, body: '7', status: 422, code: 'validation_error' },
  {
    name: 'text/plain',
    path,
    body: '{}',
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'a form',
    path,
    body: 'trace=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'UTF-16',
    path,
    body: '{}',
    headers: { 'content-type': 'application/json; charset=utf-16' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'brotli',
    path,
    body: '{}',
    headers: { 'content-encoding': 'br' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'two encodings',
    path,
    body: '{}',
    headers: { 'content-encoding': 'gzip, gzip' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'plain text called gzip',
    path,
    body: '{}',
    headers: { 'content-encoding': 'gzip' },
    status: 400,
    code: 'bad_encoding',
  },
  {
    name: 'plain text called zstd',
    path,
    body: '{}',
    headers: { 'content-encoding': 'zstd' },
    status: 400,
    code: 'bad_encoding',
  },
  {
    name: 'a gzip bomb',
    path,
    body: bomb(),
    headers: { 'content-encoding': 'gzip' },
    status: 413,
    code: 'body_too_large',
  },
  {
    name: 'a zstd bomb',
    path,
    body: zstdBomb(),
    headers: { 'content-encoding': 'zstd' },
    status: 413,
    code: 'body_too_large',
  },
  {
    name: '16 MiB and one byte',
    path,
    body: ' '.repeat(16 * 1024 * 1024 + 1),
    status: 413,
    code: 'body_too_large',
  },
  { name: 'a byte that is no UTF-8', path, body: invalidUtf8, status: 400, code: 'invalid_utf8' },
  { name: '129 levels of nesting', path, body: nested(129), status: 400, code: 'too_deep' },
  { name: 'a million levels of nesting', path, body: nested(1_000_000), status: 400, code: 'too_deep' },
  {
    name: 'a million members',
    path,
    body: `{${Array.from({ length: 1_000_000 }, (_, index) => `"k${index}":1`).join(',')}}`,
    status: 413,
    code: 'too_many_keys',
  },
]

const envelope = (path: string, name: string, body: unknown, names: string): BadInput => ({
  name,
  path,
  body,
  status: 422,
  code: 'validation_error',
  names,
})

const listQuery = (query: string, names: string): BadInput => ({
  name: `the query ${query}`,
  method: 'GET',
  path: `${LIST}?${query}`,
  status: 422,
  code: 'validation_error',
  names,
})

export const BAD_INPUTS: BadInput[] = [
  ...everyDoor(TRACES),
  ...everyDoor(SPANS),
  ...everyDoor(RUNS),
  ...everyDoor(EVALS),
  envelope(TRACES, 'no trace', { spans: [] }, 'trace'),
  envelope(TRACES, 'no trace id', { trace: { start_time: START } }, 'trace_id'),
  envelope(TRACES, 'a trace id with a NUL', trace({ trace_id: 'a\0b' }), 'trace_id'),
  envelope(TRACES, 'a trace id with a lone surrogate', trace({ trace_id: 'a\ud800' }), 'trace_id'),
  envelope(TRACES, 'a trace id of 129 characters', trace({ trace_id: 'a'.repeat(129) }), 'trace_id'),
  envelope(TRACES, 'an empty trace id', trace({ trace_id: '' }), 'trace_id'),
  envelope(TRACES, 'a time without zone', trace({ start_time: '2026-11-01T00:00:00' }), 'start_time'),
  envelope(TRACES, '30 February', trace({ start_time: '2026-02-30T00:00:00Z' }), 'start_time'),
  envelope(TRACES, 'month 13', trace({ start_time: '2026-13-01T00:00:00Z' }), 'start_time'),
  envelope(TRACES, '24:00', trace({ start_time: '2026-11-01T24:00:00Z' }), 'start_time'),
  envelope(TRACES, 'a time that is a number', trace({ start_time: 1_790_000_000_000 }), 'start_time'),
  envelope(TRACES, 'the year 9999', trace({ start_time: '9999-01-01T00:00:00Z' }), 'start_time'),
  envelope(TRACES, 'a status that is none', trace({ status: 'DROP TABLE' }), 'status'),
  envelope(TRACES, 'attributes that are a list', trace({ attributes: [] }), 'attributes'),
  envelope(TRACES, 'a user id that is a number', trace({ user_id: 7 }), 'user_id'),
  envelope(TRACES, 'spans that are an object', { ...trace(), spans: {} }, 'spans'),
  envelope(SPANS, 'no events', {}, 'events'),
  envelope(RUNS, 'no run id', { trace_id: TRACE, graph_name: 'g', start_time: START }, 'run_id'),
  envelope(
    RUNS,
    'a graph whose edge has no target',
    run({ graph: { nodes: [], edges: [{ source: 'a' }] } }),
    'target',
  ),
  envelope(EVALS, 'neither trace nor span', score({ trace_id: null }), 'trace_id'),
  envelope(EVALS, 'a score that is text', score({ score: '0.9' }), 'score'),
  envelope(EVALS, 'a score that is null', score({ score: null }), 'score'),
  {
    ...envelope(EVALS, 'a score past every number', '', 'score'),
    body: JSON.stringify(score({})).replace('0.5', '1e400'),
  },
  envelope(EVALS, 'an empty idempotency key', score({ idempotency_key: '' }), 'idempotency_key'),
  {
    name: 'an evaluation of an unknown span',
    path: EVALS,
    body: score({ trace_id: null, span_id: 'nobody' }),
    status: 404,
    code: 'span_not_found',
  },
  {
    name: '5,001 spans',
    path: TRACES,
    body: { ...trace(), spans: Array.from({ length: 5001 }, () => 1) },
    status: 413,
    code: 'too_many_items',
  },
  {
    name: 'an unknown parent in strict mode',
    path: TRACES,
    body: { ...trace(), spans: [span({ parent_span_id: 'nobody' })], allow_missing_parent: false },
    status: 400,
    code: 'parent_not_found',
    names: 'nobody',
  },
  {
    name: 'an unknown parent of an event in strict mode',
    path: SPANS,
    body: {
      events: [event({ event_type: 'SPAN_STARTED', payload: { parent_span_id: 'nobody' } })],
      allow_missing_parent: false,
    },
    status: 400,
    code: 'parent_not_found',
    names: 'nobody',
  },
  listQuery('page=0', 'page'),
  listQuery('page=-1', 'page'),
  listQuery('page=abc', 'page'),
  listQuery('page=1e3', 'page'),
  listQuery('page=1&page=2', 'page'),
  listQuery('page_size=101', 'page_size'),
  listQuery('start_time=yesterday', 'start_time'),
  listQuery('start_time=2026-11-02T00:00:00Z&end_time=2026-11-01T00:00:00Z', 'start_time'),
  listQuery('status=weird', 'status'),
  listQuery('cursor=!!!', 'cursor'),
  listQuery('search=%00', 'search'),
  listQuery(`search=${'a'.repeat(257)}`, 'search'),
  {
    name: 'a window of no hours',
    method: 'GET',
    path: `${LIST}/stats/overview?last_hours=0`,
    status: 422,
    code: 'validation_error',
    names: 'last_hours',
  },
  {
    name: 'a window of 169 hours',
    method: 'GET',
    path: `${LIST}/stats/overview?last_hours=169`,
    status: 422,
    code: 'validation_error',
    names: 'last_hours',
  },
  { name: 'an unknown trace', method: 'GET', path: `${LIST}/nobody`, status: 404, code: 'trace_not_found' },
  {
    name: 'an encoded path trick',
    method: 'GET',
    path: `${LIST}/..%2f..%2fprojects`,
    status: 404,
    code: 'trace_not_found',
  },
  {
    name: 'a NUL in a path',
    method: 'GET',
    path: `${LIST}/%00`,
    status: 422,
    code: 'validation_error',
    names: 'trace_id',
  },
  {
    name: 'an unknown span of an unknown trace',
    method: 'GET',
    path: `${LIST}/nobody/spans/nothing`,
    status: 404,
    code: 'trace_not_found',
  },
  { name: 'a path that is none', method: 'GET', path: '/api/v1/nothing', status: 404, code: 'not_found' },
  { name: 'GET on a door', method: 'GET', path: TRACES, status: 405, code: 'method_not_allowed' },
  { name: 'PUT on a list', method: 'PUT', path: LIST, body: {}, status: 405, code: 'method_not_allowed' },
  {
    name: "a project's key on an admin operation",
    method: 'GET',
    path: '/api/v1/projects',
    status: 403,
    code: 'admin_required',
  },
  {
    name: 'no key on an admin operation',
    method: 'GET',
    path: '/api/v1/projects',
    key: 'none',
    status: 401,
    code: 'missing_api_key',
  },
  {
    name: 'a project with an empty name',
    path: '/api/v1/projects',
    key: 'admin',
    body: { name: '' },
    status: 422,
    code: 'validation_error',
    names: 'name',
  },
  {
    name: 'a project with a blank name',
    path: '/api/v1/projects',
    key: 'admin',
    body: { name: '  ' },
    status: 422,
    code: 'validation_error',
    names: 'name',
  },
  {
    name: 'a project whose name is a number',
    path: '/api/v1/projects',
    key: 'admin',
    body: { name: 1 },
    status: 422,
    code: 'validation_error',
    names: 'name',
  },
  {
    name: 'a name of 256 characters',
    path: '/api/v1/projects',
    key: 'admin',
    body: { name: 'a'.repeat(256) },
    status: 422,
    code: 'validation_error',
    names: 'name',
  },
  {
    name: 'the rotation of an unknown project',
    path: `/api/v1/projects/${crypto.randomUUID()}/rotate-key`,
    key: 'admin',
    status: 404,
    code: 'project_not_found',
  },
  {
    name: 'the rotation of a project that is no UUID',
    path: '/api/v1/projects/nobody/rotate-key',
    key: 'admin',
    status: 404,
    code: 'project_not_found',
  },
]

const badSpan = (name: string, more: object, names: string, code = 'validation_error'): BadItem => ({
  name,
  path: TRACES,
  body: { ...trace(), spans: [span({ span_id: 'good-1' }), span(more), span({ span_id: 'good-2' })] },
  code,
  names,
})
const badEvent = (name: string, more: object, names: string): BadItem => ({
  name,
  path: SPANS,
  body: { events: [event({}), event(more), event({})] },
  code: 'validation_error',
  names,
})
const badNode = (name: string, more: object, names: string): BadItem => ({
  name,
  path: RUNS,
  body: run({ nodes: [node({ node_id: 'a' }), node(more), node({ node_id: 'b' })] }),
  code: 'validation_error',
  names,
})

export const BAD_ITEMS: BadItem[] = [
  badSpan('a span without an id', { span_id: undefined }, 'span_id'),
  badSpan('a span id of 129 characters', { span_id: 's'.repeat(129) }, 'span_id'),
  badSpan("a span of another trace than its envelope's", { trace_id: 'other' }, 'trace_id', 'trace_mismatch'),
  badSpan('a span with a naive time', { start_time: '2026-11-01T00:00:00' }, 'start_time'),
  badSpan('a span that ends on 30 February', { end_time: '2026-02-30T00:00:00Z' }, 'end_time'),
  badSpan('a span whose status is none', { status: 'weird' }, 'status'),
  badSpan('a span whose tokens are text', { input_tokens: '5' }, 'input_tokens'),
  badSpan('a span with negative tokens', { output_tokens: -1 }, 'output_tokens'),
  badSpan('a span with half a token', { output_tokens: 0.5 }, 'output_tokens'),
  badSpan('a span with an empty key', { idempotency_key: '' }, 'idempotency_key'),
  badSpan('a span with a key of 256 characters', { idempotency_key: 'k'.repeat(256) }, 'idempotency_key'),
  badSpan('a span with a NUL in its key', { idempotency_key: 'a\0b' }, 'idempotency_key'),
  badSpan('a span with a type of 10 KB', { span_type: 't'.repeat(10_240) }, 'span_type'),
  badSpan('a span whose attributes are text', { attributes: 'x' }, 'attributes'),
  badEvent('an event of no known type', { event_type: 'FOO' }, 'event_type'),
  badEvent('a start without a span', { event_type: 'SPAN_STARTED', span_id: null }, 'span_id'),
  badEvent(
    'a parent that is a number',
    { event_type: 'SPAN_STARTED', payload: { parent_span_id: 5 } },
    'parent_span_id',
  ),
  badEvent('an amendment whose patch is text', { event_type: 'AMENDMENT', payload: { patch: 'x' } }, 'patch'),
  badEvent('an amendment without a patch', { event_type: 'AMENDMENT', payload: {} }, 'patch'),
  badEvent(
    'an amendment to null',
    { event_type: 'AMENDMENT', payload: { patch: { status: null } } },
    'status',
  ),
  badEvent(
    'an amendment of the project',
    { event_type: 'AMENDMENT', payload: { patch: { project_id: 'x' } } },
    'project_id',
  ),
  badEvent(
    'an amendment of a time',
    { event_type: 'AMENDMENT', payload: { patch: { start_time: START } } },
    'start_time',
  ),
  badEvent('an end whose status is a number', { event_type: 'SPAN_ENDED', payload: { status: 1 } }, 'status'),
  badEvent('a payload that is a list', { payload: [] }, 'payload'),
  badNode('a node without an id', { node_id: undefined }, 'node_id'),
  badNode('a node id of 256 characters', { node_id: 'n'.repeat(256) }, 'node_id'),
  badNode('a node whose state is text', { input_state: 'x' }, 'input_state'),
  badNode('visit 0', { visit: 0 }, 'visit'),
]
