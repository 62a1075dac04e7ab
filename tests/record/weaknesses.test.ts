import { afterAll, expect, test } from 'bun:test'
import { uuid5 } from '#shared/ids.ts'
import { testHub } from '#shared/testing/hub.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'

const hub = await testHub([ingest, query])
afterAll(hub.stop)

const TRACES = '/api/v1/ingest/traces'
const SPANS = '/api/v1/ingest/spans'
const RUNS = '/api/v1/ingest/langgraph-runs'

const at = (second: number) => new Date(Date.UTC(2026, 10, 2, 0, 0, second)).toISOString()
const key = () => crypto.randomUUID()
const started = (trace_id: string, span_id: string, second: number, payload: object = {}) => ({
  trace_id,
  span_id,
  event_type: 'SPAN_STARTED',
  event_time: at(second),
  payload: { name: span_id, ...payload },
  idempotency_key: key(),
})
const ended = (trace_id: string, span_id: string, second: number, payload: object = {}) => ({
  ...started(trace_id, span_id, second, payload),
  event_type: 'SPAN_ENDED',
  payload,
})
const span = (trace_id: string, span_id: string, more: object = {}) => ({
  span_id,
  trace_id,
  name: span_id,
  start_time: at(1),
  idempotency_key: key(),
  ...more,
})
const node = (node_id: string, second: number, more: object = {}) => ({
  node_id,
  node_name: node_id,
  start_time: at(second),
  end_time: at(second + 1),
  idempotency_key: key(),
  ...more,
})

type Span = {
  id: string
  node_id: string | null
  parent_span_id: string | null
  status: string
  end_time: string | null
}
type Detail = {
  trace: Record<string, unknown>
  spans: (Span & Record<string, unknown>)[]
  timeline: { event_type: string; source_id: string | null }[]
  evaluations: Record<string, unknown>[]
}

async function detail(project: TestProject, trace_id: string): Promise<Detail> {
  const { status, json } = await hub.send(project, 'GET', `/api/v1/traces/${trace_id}`)
  expect(status).toBe(200)
  return json as Detail
}

async function post(project: TestProject, path: string, body: unknown) {
  const answer = await hub.send(project, 'POST', path, body)
  expect(answer.status).toBe(200)
  return answer.json
}

test('W-1: a span that starts, ends and is amended in one request is ended and amended', async () => {
  const project = await hub.mint()
  const amendment = {
    ...ended('t', 's', 3),
    event_type: 'AMENDMENT',
    payload: { patch: { attributes: { note: 'x' } } },
  }
  await post(project, SPANS, {
    events: [started('t', 's', 1), ended('t', 's', 2, { status: 'error' }), amendment],
  })
  const { spans } = await detail(project, 't')
  expect(spans).toMatchObject([{ end_time: at(2), status: 'error', attributes: { note: 'x' } }])
})

test('W-2: counters are right in the answer to the very next question', async () => {
  const project = await hub.mint()
  await post(project, SPANS, { events: [started('t', 'a', 1), started('t', 'b', 1)] })
  expect((await detail(project, 't')).trace).toMatchObject({
    total_spans: 2,
    ended_spans: 0,
    completion_rate: 0,
  })
  await post(project, SPANS, { events: [ended('t', 'a', 2), ended('t', 'b', 2)] })
  const { trace } = await detail(project, 't')
  expect(trace).toMatchObject({ total_spans: 2, ended_spans: 2, has_open_spans: false, completion_rate: 1 })
})

test('W-3: the nodes of a finished run are finished', async () => {
  const project = await hub.mint()
  const run = {
    trace_id: 't',
    run_id: 'r',
    graph_name: 'g',
    status: 'success',
    start_time: at(0),
    end_time: at(9),
  }
  await post(project, RUNS, { ...run, nodes: [node('a', 1), node('b', 2, { parent_node_id: 'a' })] })
  const { trace, spans } = await detail(project, 't')
  expect(trace).toMatchObject({ status: 'success', completion_rate: 1 })
  expect(spans.map(({ status, end_time }) => [status, end_time !== null])).toEqual([
    ['success', true],
    ['success', true],
  ])
})

test('a run that has not ended is running, though its first node has ended', async () => {
  const project = await hub.mint()
  const run = { trace_id: 't', run_id: 'r', graph_name: 'g', status: 'running', start_time: at(0) }
  await post(project, RUNS, { ...run, nodes: [node('a', 1, { output_state: { route: 'b' } })] })
  expect((await detail(project, 't')).trace).toMatchObject({
    status: 'running',
    end_time: null,
    output_text: null,
  })
})

test('W-4: a node that is visited twice is two visits, and its first keeps the id of the MVP', async () => {
  const project = await hub.mint()
  const nodes = [
    node('plan', 1),
    node('act', 3, { parent_node_id: 'plan' }),
    node('plan', 5, { parent_node_id: 'act' }),
  ]
  const run = { trace_id: 't', run_id: 'run-4', graph_name: 'g', start_time: at(0) }
  expect(await post(project, RUNS, { ...run, nodes: nodes.toReversed() })).toMatchObject({
    accepted: 3,
    rejected: [],
  })
  const { spans } = await detail(project, 't')
  const [first, act, second] = spans
  expect(spans.map((each) => [each.node_id, each['node_visit']])).toEqual([
    ['plan', 1],
    ['act', 1],
    ['plan', 2],
  ])
  expect(first?.id).toBe(uuid5('run-4:plan'))
  expect([act?.parent_span_id, second?.parent_span_id]).toEqual([first?.id, act?.id])
})

test('W-5: a child before its parent, and one whose parent never comes, are kept', async () => {
  const project = await hub.mint()
  const spans = [
    span('t', 'child', { parent_span_id: 'late' }),
    span('t', 'orphan', { parent_span_id: 'never' }),
  ]
  await post(project, TRACES, { trace: { trace_id: 't', start_time: at(0) }, spans })
  await post(project, TRACES, { trace: { trace_id: 't', start_time: at(0) }, spans: [span('t', 'late')] })
  const found = (await detail(project, 't')).spans
  expect(found.map(({ id, parent_span_id }) => `${id} < ${parent_span_id}`).toSorted()).toEqual([
    'child < late',
    'late < null',
    'orphan < never',
  ])
})

test('W-6: the same item twice in one request is one item and one duplicate', async () => {
  const project = await hub.mint()
  const once = span('t', 's')
  const answer = await post(project, TRACES, {
    trace: { trace_id: 't', start_time: at(0) },
    spans: [once, once],
  })
  expect(answer).toMatchObject({ accepted: 1, duplicates: 1, rejected: [] })
  expect((await detail(project, 't')).spans).toHaveLength(1)
})

test('W-7: a conflict is named by its key, without a word of the database', async () => {
  const project = await hub.mint()
  const idempotency_key = key()
  const trace = { trace_id: 't', start_time: at(0) }
  await post(project, TRACES, { trace, spans: [span('t', 's', { idempotency_key })] })
  const answer = await post(project, TRACES, {
    trace,
    spans: [span('t', 's', { idempotency_key, name: 'other' })],
  })
  expect(answer).toMatchObject({ accepted: 0, rejected: [{ index: 0, code: 'idempotency_conflict' }] })
  const text = JSON.stringify(answer)
  expect(text).toContain(idempotency_key)
  expect(text).not.toMatch(/constraint|pkey|relation|spans_|23505/)
  expect((await detail(project, 't')).spans).toMatchObject([{ name: 's' }])
})

test('W-7: an event of an unknown trace is stored, not called a conflict', async () => {
  const project = await hub.mint()
  expect(await post(project, SPANS, { events: [ended('nobody', 's', 1)] })).toMatchObject({
    accepted: 1,
    rejected: [],
  })
})

test('W-8: a span sent again under a new key is merged, under its old key with other words refused', async () => {
  const project = await hub.mint()
  const trace = { trace_id: 't', start_time: at(0) }
  const running = span('t', 's', { status: 'running' })
  await post(project, TRACES, { trace, spans: [running] })
  const done = { ...running, idempotency_key: key(), status: 'success', end_time: at(5) }
  expect(await post(project, TRACES, { trace, spans: [done] })).toMatchObject({ accepted: 1 })
  expect((await detail(project, 't')).spans).toMatchObject([{ status: 'success', end_time: at(5) }])
  const changed = { ...running, status: 'error' }
  expect(await post(project, TRACES, { trace, spans: [changed] })).toMatchObject({
    accepted: 0,
    duplicates: 0,
  })
  expect((await detail(project, 't')).spans).toMatchObject([{ status: 'success' }])
})

test('W-9: a trace sent again without status and end keeps them', async () => {
  const project = await hub.mint()
  const trace = { trace_id: 't', start_time: at(0), status: 'error', end_time: at(9), user_id: 'u' }
  await post(project, TRACES, { trace })
  await post(project, TRACES, { trace: { trace_id: 't', start_time: at(0), session_id: 's' } })
  const found = (await detail(project, 't')).trace
  expect(found).toMatchObject({ status: 'error', end_time: at(9), user_id: 'u', session_id: 's' })
})

test('W-10: an end before its start is kept, and an older end that comes later does not win', async () => {
  const project = await hub.mint()
  await post(project, SPANS, { events: [ended('t', 's', 8, { status: 'success' })] })
  await post(project, SPANS, { events: [started('t', 's', 1)] })
  await post(project, SPANS, { events: [ended('t', 's', 5, { status: 'error' })] })
  const { spans } = await detail(project, 't')
  expect(spans).toMatchObject([{ start_time: at(1), end_time: at(8), status: 'success' }])
})

test('W-11: a run id that is used in two traces is two runs', async () => {
  const project = await hub.mint()
  for (const trace_id of ['one', 'two']) {
    const run = { trace_id, run_id: 'same', graph_name: 'g', start_time: at(0) }
    const nodes = [node('a', 1, { idempotency_key: 'key-a' })]
    expect(await post(project, RUNS, { ...run, nodes })).toMatchObject({ accepted: 1, duplicates: 0 })
  }
  for (const trace_id of ['one', 'two']) expect((await detail(project, trace_id)).spans).toHaveLength(1)
})

test('W-12: a span of another trace than its envelope is refused and filed nowhere', async () => {
  const project = await hub.mint()
  const body = {
    trace: { trace_id: 't', start_time: at(0) },
    spans: [span('elsewhere', 's'), span('t', 'ok')],
  }
  const answer = await post(project, TRACES, body)
  expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'trace_mismatch' }] })
  expect((await hub.send(project, 'GET', '/api/v1/traces/elsewhere')).status).toBe(404)
  expect((await detail(project, 't')).trace).toMatchObject({ total_spans: 1 })
})

test('W-13: a status is one of five, by its common names too', async () => {
  const project = await hub.mint()
  const trace = { trace_id: 't', start_time: at(0) }
  const spans = ['ok', 'FAILED', 'Completed', 'paused', 'weird'].map((status) =>
    span('t', status, { status }),
  )
  const answer = await post(project, TRACES, { trace, spans })
  expect(answer).toMatchObject({ accepted: 4, rejected: [{ index: 4, id: 'weird' }] })
  const found = (await detail(project, 't')).spans.map(({ id, status }) => `${id} ${status}`).toSorted()
  expect(found).toEqual(['Completed success', 'FAILED error', 'ok success', 'paused interrupted'])
})

test('W-14: an end before its start never becomes a duration, and a naive time is refused', async () => {
  const project = await hub.mint()
  const trace = { trace_id: 't', start_time: at(0) }
  const spans = [
    span('t', 'backwards', { start_time: at(9), end_time: at(3) }),
    span('t', 'naive', { start_time: '2026-11-02T00:00:01' }),
  ]
  const answer = await post(project, TRACES, { trace, spans })
  expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 1, id: 'naive' }] })
  expect((await detail(project, 't')).spans).toMatchObject([{ id: 'backwards', duration_ms: null }])
})

test('W-15: a score that is no number is refused, and the trace stays readable', async () => {
  const project = await hub.mint()
  await post(project, TRACES, { trace: { trace_id: 't', start_time: at(0) } })
  const score = { trace_id: 't', eval_name: 'e', eval_model: 'm', passed: true, idempotency_key: 'k' }
  const body = JSON.stringify({ ...score, score: 0 }).replace('"score":0', '"score":-1e999')
  expect((await hub.send(project, 'POST', '/api/v1/evals', body)).status).toBe(422)
  expect((await detail(project, 't')).evaluations).toEqual([])
})

test('W-29: the same trace and span ids in two projects are two traces, and neither sees the other', async () => {
  const [a, b] = [await hub.mint(), await hub.mint()]
  const trace = { trace_id: 'shared', start_time: at(0), name: 'of a' }
  await post(a, TRACES, { trace, spans: [span('shared', 's', { idempotency_key: 'k' })] })
  const before = await detail(a, 'shared')
  await post(b, TRACES, { trace: { ...trace, name: 'of b', status: 'error' } })
  await post(b, SPANS, { events: [ended('shared', 's', 9, { status: 'error' })] })
  const amendment = {
    ...ended('shared', 's', 9),
    event_type: 'AMENDMENT',
    payload: { patch: { name: 'stolen' } },
  }
  await post(b, SPANS, { events: [amendment] })
  expect(await detail(a, 'shared')).toEqual(before)
  expect((await detail(b, 'shared')).trace).toMatchObject({ name: 'of b', total_spans: 1 })
})

test('W-46: twelve first requests of one trace at once are all accepted, and counted exactly', async () => {
  const project = await hub.mint()
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      hub.send(project, 'POST', TRACES, {
        trace: { trace_id: 'hot', start_time: at(0) },
        spans: [span('hot', `s-${index}`, { end_time: at(2) })],
      }),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200))
  expect((await detail(project, 'hot')).trace).toMatchObject({ total_spans: 12, ended_spans: 12 })
})

test('W-54: the record is partitioned by day, from the retention horizon to two days ahead', async () => {
  const leaves = await hub.deps.database.sql<{ parent: string; leaves: number }[]>`
    select inhparent::regclass::text parent, count(*)::int leaves from pg_inherits
    where inhparent in ('log'::regclass, 'spans'::regclass, 'span_events'::regclass) group by 1 order by 1`
  for (const { leaves: count } of leaves) expect(count).toBeGreaterThanOrEqual(33)
  expect(leaves.map(({ parent }) => parent)).toEqual(['log', 'span_events', 'spans'])
})

test('W-55: no row of the record refers to another by a foreign key', async () => {
  const keys = await hub.deps.database.sql`
    select conname from pg_constraint where contype = 'f'
      and conrelid in ('log'::regclass, 'traces'::regclass, 'spans'::regclass, 'span_events'::regclass, 'evals'::regclass)`
  expect([...keys]).toEqual([])
})

test('W-82: an evaluation sent again with other words is a conflict, and may carry a label and an explanation', async () => {
  const project = await hub.mint()
  const said = {
    trace_id: 't',
    eval_name: 'tone',
    eval_model: 'human',
    score: 1,
    passed: true,
    idempotency_key: 'k',
  }
  const full = { ...said, label: '공손함', explanation: '존댓말을 지켰다' }
  const first = await post(project, '/api/v1/evals', full)
  expect(first).toMatchObject({ label: '공손함', explanation: '존댓말을 지켰다' })
  expect(await post(project, '/api/v1/evals', full)).toEqual(first)
  const other = await hub.send(project, 'POST', '/api/v1/evals', { ...full, score: 0 })
  expect([other.status, other.json['code']]).toEqual([409, 'idempotency_conflict'])
  expect((await detail(project, 't')).evaluations).toEqual([first])
})

test('W-83: a run is stored whole or not at all', async () => {
  const project = await hub.mint()
  const run = { trace_id: 't', run_id: 'r', graph_name: 'g', start_time: at(0), status: 'success' }
  const { status } = await hub.send(project, 'POST', RUNS, {
    ...run,
    end_time: 'later',
    nodes: [node('a', 1)],
  })
  expect(status).toBe(422)
  expect((await hub.send(project, 'GET', '/api/v1/traces/t')).status).toBe(404)
})

test('NUL and lone surrogates in texts are stored as replacement characters', async () => {
  const project = await hub.mint()
  const body = `{"trace":{"trace_id":"t","start_time":"${at(0)}","name":"a\\u0000b","input_text":"\\ud800x",
    "attributes":{"k\\u0000":"v\\udfff"},"tags":["\\u0000"]},"spans":[{"span_id":"s","trace_id":"t","name":"\\u0000",
    "start_time":"${at(1)}","error":"\\ud800","span_type":"langgraph_node","attributes":{"node_id":"n\\u0000"},
    "idempotency_key":"k"}]}`
  expect(await post(project, TRACES, body)).toMatchObject({ accepted: 1, rejected: [] })
  const { trace, spans } = await detail(project, 't')
  expect(trace).toMatchObject({ name: 'a�b', tags: ['�'] })
  expect(spans).toMatchObject([{ name: '�', node_id: 'n�' }])
})

test('a UUID and its bare hex form are one trace, shown as it came first', async () => {
  const project = await hub.mint()
  const id = crypto.randomUUID()
  await post(project, TRACES, { trace: { trace_id: id, start_time: at(0) } })
  const hex = id.replaceAll('-', '')
  await post(project, SPANS, { events: [started(hex.toUpperCase(), 's', 1)] })
  expect((await detail(project, hex)).trace).toMatchObject({ id, total_spans: 1 })
  expect((await detail(project, id.toUpperCase())).trace).toMatchObject({ id })
})

test('an idempotency key holds within its trace only', async () => {
  const project = await hub.mint()
  for (const trace_id of ['one', 'two']) {
    const body = {
      trace: { trace_id, start_time: at(0) },
      spans: [span(trace_id, 's', { idempotency_key: 'same' })],
    }
    expect(await post(project, TRACES, body)).toMatchObject({ accepted: 1, rejected: [] })
  }
})

test('a span and an event cannot share a key in one trace', async () => {
  const project = await hub.mint()
  const trace = { trace_id: 't', start_time: at(0) }
  await post(project, TRACES, { trace, spans: [span('t', 's', { idempotency_key: 'k' })] })
  const answer = await post(project, SPANS, {
    events: [{ ...started('t', 'other', 1), idempotency_key: 'k' }],
  })
  expect(answer).toMatchObject({ accepted: 0, rejected: [{ code: 'idempotency_conflict' }] })
})

test('a request whose items are all duplicates keeps no body, and the ledger adds up', async () => {
  const project = await hub.mint()
  const body = { trace: { trace_id: 't', start_time: at(0) }, spans: [span('t', 's'), { span_id: 5 }] }
  await post(project, TRACES, body)
  await post(project, TRACES, body)
  const rows = await hub.deps.database.sql<Record<string, number>[]>`
    select received, stored, duplicate, rejected, body is null no_body from log l
    join projects p using (project_no) where p.project_id = ${project.project_id} order by log_id`
  expect([...rows]).toEqual([
    { received: 2, stored: 1, duplicate: 0, rejected: 1, no_body: false },
    { received: 2, stored: 0, duplicate: 1, rejected: 1, no_body: true },
  ] as never)
})
