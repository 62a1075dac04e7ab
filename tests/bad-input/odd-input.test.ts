import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { testHub } from '#shared/testing/hub.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'

const hub = await testHub([ingest, query])
afterAll(hub.stop)

const TRACES = '/api/v1/ingest/traces'
const SPANS = '/api/v1/ingest/spans'
const RUNS = '/api/v1/ingest/langgraph-runs'
const EVALS = '/api/v1/evals'
const LIST = '/api/v1/traces'
const START = '2026-11-01T00:00:00Z'
const UUID = '0af76519-16cd-43dd-8448-eb211c80319c'

type Span = { id: string; parent_span_id: string | null; start_time: string; attributes?: unknown }
type Detail = { trace: Record<string, unknown>; spans: Span[] }

const key = () => crypto.randomUUID()
const trace = (more: object = {}) => ({ trace: { trace_id: 't', start_time: START, ...more } })
const span = (span_id: string, more: object = {}) => ({
  span_id,
  trace_id: 't',
  name: span_id,
  start_time: START,
  idempotency_key: key(),
  ...more,
})

async function accepted(project: TestProject, path: string, body: unknown) {
  const { status, json } = await hub.send(project, 'POST', path, body)
  expect(json).toMatchObject({ rejected: [] })
  expect(status).toBe(200)
  return json
}

async function detail(project: TestProject, id = 't'): Promise<Detail> {
  const { status, json } = await hub.send(project, 'GET', `${LIST}/${encodeURIComponent(id)}`)
  expect(status).toBe(200)
  // The answer is checked against the contract's schema elsewhere.
  return json as Detail
}

const tracesOf = async ({ project_id }: TestProject) => hub.deps.database.sql<{ trace_key: string }[]>`
  select trace_key from traces join projects using (project_no) where project_id = ${project_id} order by 1`

test('B16: a byte order mark before the document is dropped', async () => {
  const project = await hub.mint()
  await accepted(project, TRACES, `\ufeff${JSON.stringify(trace())}`)
  expect((await detail(project)).trace['id']).toBe('t')
})

test('B18: of two members with one name the last counts, in the answer and in whoever reads the body later', async () => {
  const project = await hub.mint()
  const body = `{"trace":{"trace_id":"first","trace_id":"t","start_time":"${START}","input_text":"a","input_text":"b"}}`
  await accepted(project, TRACES, body)
  expect((await tracesOf(project)).map(({ trace_key }) => trace_key)).toEqual(['t'])
  expect((await detail(project)).trace['input_text']).toBe('b')
})

test('B27: polluting names in spans, events and runs are plain data', async () => {
  const project = await hub.mint()
  const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
  const fill = (value: unknown) => JSON.stringify(value).replaceAll('"@"', evil)
  await accepted(
    project,
    TRACES,
    fill({ ...trace(), spans: [span('s', { attributes: '@', input: '@', output: '@' })] }),
  )
  const event = { trace_id: 't', span_id: 's', event_type: 'LOG', event_time: START, idempotency_key: key() }
  await accepted(project, SPANS, fill({ events: [{ ...event, payload: '@' }] }))
  const node = { node_id: 'n', node_name: 'n', start_time: START, idempotency_key: key(), input_state: '@' }
  await accepted(
    project,
    RUNS,
    fill({ trace_id: 't', run_id: 'r', graph_name: 'g', start_time: START, nodes: [node] }),
  )
  const shown = await hub.api.request('GET', `${LIST}/t/spans/s`, { key: project.key })
  expect((await shown.text()).split('"__proto__":{"polluted":1}')).toHaveLength(5)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('B28: members that no door knows are let be, and stay in the body alone', async () => {
  const project = await hub.mint()
  await accepted(project, TRACES, {
    ...trace({ colour: 'red' }),
    spans: [span('s', { colour: 'red' })],
    colour: 'red',
  })
  expect(JSON.stringify(await detail(project))).not.toContain('red')
})

test('B32: two names that become one when NUL is replaced are two members still', async () => {
  const project = await hub.mint()
  await accepted(project, TRACES, { ...trace(), spans: [span('s')] })
  const said = {
    trace_id: 't',
    eval_name: 'e',
    eval_model: 'm',
    score: 1,
    passed: true,
    idempotency_key: key(),
  }
  const metadata = { 'a\0': 1, 'a\ufffd': 2, b: { 'c\ud800': 1, 'c\ufffd': 2, 'c\0': 3 } }
  expect((await hub.send(project, 'POST', EVALS, { ...said, metadata })).status).toBe(200)
  const [row] = await hub.deps.database.sql<{ metadata: unknown }[]>`
    select metadata from evals join projects using (project_no) where project_id = ${project.project_id}`
  expect(row?.metadata).toEqual({
    'a\ufffd': 1,
    'a\ufffd 2': 2,
    b: { 'c\ufffd': 1, 'c\ufffd 2': 2, 'c\ufffd 3': 3 },
  })
})

test('B33: a UUID in any case and without dashes is one trace; other ways to write it are other ids', async () => {
  const project = await hub.mint()
  const same = [UUID, UUID.toUpperCase(), UUID.replaceAll('-', '')]
  const others = [`{${UUID}}`, `urn:uuid:${UUID}`, '00000000-0000-0000-0000-000000000000']
  for (const trace_id of [...same, ...others]) await accepted(project, TRACES, trace({ trace_id }))
  expect(await tracesOf(project)).toHaveLength(4)
  for (const id of [...same, ...others])
    expect((await detail(project, id)).trace['id']).toBe(same.includes(id) ? UUID : id)
})

test('B36: a span twice in one request under two keys is one span that both speak of', async () => {
  const project = await hub.mint()
  const spans = [span('s', { model: 'm' }), span('s', { end_time: '2026-11-01T00:00:01Z' })]
  expect(await accepted(project, TRACES, { ...trace(), spans })).toMatchObject({ accepted: 2, duplicates: 0 })
  expect((await detail(project)).spans).toMatchObject([{ id: 's', model: 'm', duration_ms: 1000 }])
})

test('B39: an idempotency key may be in any script, emoji too, and is compared as it is', async () => {
  const project = await hub.mint()
  const idempotency_key = '열쇠 \u{1f511} \u{1f469}\u200d\u{1f4bb}'
  const body = { ...trace(), spans: [span('s', { idempotency_key })] }
  expect(await accepted(project, TRACES, body)).toMatchObject({ accepted: 1 })
  expect(await accepted(project, TRACES, body)).toMatchObject({ accepted: 0, duplicates: 1 })
})

test.each([
  ['its own parent', 1],
  ['in a circle of 2', 2],
  ['in a circle of 1,000', 1000],
])('B47: a span that is %s is kept, and each of them is shown once', async (_name, length) => {
  const project = await hub.mint()
  const spans = Array.from({ length }, (_, index) =>
    span(`s ${index}`, { parent_span_id: `s ${(index + 1) % length}`, input_tokens: 1 }),
  )
  await accepted(project, TRACES, { ...trace(), spans })
  const shown = await detail(project)
  expect(shown.trace).toMatchObject({ total_spans: length })
  const [row] = await hub.deps.database.sql<[{ spans: number }]>`
    select count(*)::int spans from spans join projects using (project_no) where project_id = ${project.project_id}`
  expect(row.spans).toBe(length)
  expect(new Set(shown.spans.map(({ id }) => id)).size).toBe(shown.spans.length)
  expect(shown.spans.length).toBeGreaterThan(0)
})

test('B51: a clock that is three hours ahead is believed, and the receipt is told beside it', async () => {
  const project = await hub.mint()
  const ahead = new Date(hub.deps.clock() + 3 * 3_600_000).toISOString()
  await accepted(project, TRACES, {
    ...trace({ start_time: ahead }),
    spans: [span('s', { start_time: ahead })],
  })
  const { trace: shown } = await detail(project)
  expect(Date.parse(String(shown['start_time']))).toBe(Date.parse(ahead))
  expect(Date.parse(String(shown['created_at']))).toBeLessThan(Date.parse(ahead))
})

test('B52: of a time in nanoseconds the microseconds are kept, never rounded up', async () => {
  const project = await hub.mint()
  const start_time = '2026-11-01T00:00:00.123456789Z'
  await accepted(project, TRACES, { ...trace({ start_time }), spans: [span('s', { start_time })] })
  const { trace: shown, spans } = await detail(project)
  expect([shown['start_time'], spans[0]?.start_time]).toEqual(Array(2).fill('2026-11-01T00:00:00.123456Z'))
})

test('B56: an evaluation of a span of another project finds nothing there, and leaves nothing anywhere', async () => {
  const [theirs, mine] = [await hub.mint(), await hub.mint()]
  await accepted(theirs, TRACES, { ...trace(), spans: [span('only theirs')] })
  const said = { eval_name: 'e', eval_model: 'm', score: 1, passed: true, idempotency_key: key() }
  const answer = await hub.send(mine, 'POST', EVALS, { ...said, span_id: 'only theirs' })
  expect([answer.status, answer.json['code']]).toEqual([404, 'span_not_found'])
  const rows = await hub.deps.database.sql`
    select 1 from evals join projects using (project_no)
    where project_id in (${theirs.project_id}, ${mine.project_id})`
  expect(rows.count).toBe(0)
})

test('B60: an input of more than a megabyte is whole in its trace, and 200 characters of a list', async () => {
  const project = await hub.mint()
  const input_text = '긴 글 '.repeat(400_000)
  await accepted(project, TRACES, trace({ input_text }))
  expect((await detail(project)).trace['input_text']).toBe(input_text)
  const { json } = await hub.send(project, 'GET', LIST)
  expect(json['items']).toMatchObject([{ input_text: input_text.slice(0, 200) }])
})

test('B62: edges that lead from a node to itself are kept as they are', async () => {
  const project = await hub.mint()
  const graph = { nodes: [{ id: 'a' }], edges: [{ source: 'a', target: 'a' }] }
  const nodes = [1, 2].map((visit) => ({
    ...{ node_id: 'a', node_name: 'a', parent_node_id: 'a', visit },
    ...{ start_time: `2026-11-01T00:00:0${visit}Z`, idempotency_key: key() },
  }))
  const run = { trace_id: 't', run_id: 'r', graph_name: 'g', start_time: START, graph, nodes }
  expect(await accepted(project, RUNS, run)).toMatchObject({ accepted: 2 })
  const shown = await detail(project)
  expect(shown.trace['graph']).toMatchObject({ edges: [{ source: 'a', target: 'a' }] })
  expect(shown.spans).toHaveLength(2)
})

test('B66: there is one order of a list; a parameter that nobody knows changes and breaks nothing', async () => {
  const project = await hub.mint()
  await accepted(project, TRACES, trace())
  const plain = await hub.send(project, 'GET', LIST)
  expect(plain).toMatchObject({ status: 200, json: { total: 1 } })
  const asked = await hub.send(
    project,
    'GET',
    `${LIST}?sort=${encodeURIComponent('created_at;drop table traces')}`,
  )
  expect(asked).toEqual(plain)
})

test('B67: an unknown trace and one of another project are answered alike, to the byte', async () => {
  const [theirs, mine] = [await hub.mint(), await hub.mint()]
  await accepted(theirs, TRACES, {
    ...trace({ trace_id: 'foreign' }),
    spans: [span('s', { trace_id: 'foreign' })],
  })
  const ask = async (path: string) => {
    const headers = { 'x-request-id': 'the same' }
    const response = await hub.api.request('GET', path, { key: mine.key, headers })
    const own = response.headers.get('x-request-id') ?? ''
    return { status: response.status, body: (await response.text()).replace(own, '') }
  }
  for (const rest of ['', '/spans/s', '/graph', '/spans/nothing']) {
    const unknown = await ask(`${LIST}/unknown${rest}`)
    expect(unknown.status).toBe(404)
    expect(await ask(`${LIST}/foreign${rest}`)).toEqual(unknown)
  }
})

test('B67: an id of 10 KB in a path is refused by name, and not repeated', async () => {
  const project = await hub.mint()
  const { status, json } = await hub.send(project, 'GET', `${LIST}/${'a'.repeat(10_240)}`)
  expect([status, json['code']]).toEqual([422, 'validation_error'])
  expect(JSON.stringify(json)).toContain('trace_id')
  expect(JSON.stringify(json)).not.toContain('a'.repeat(20))
})
