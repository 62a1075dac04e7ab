import { afterAll, expect, test } from 'bun:test'
import { getSpan, getTrace } from '#shared/contract/traces.ts'
import { uuid5 } from '#shared/ids.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub, shown } from './open-hub.ts'

const { api, ask, mint, tell, stop } = await openHub()
afterAll(stop)

const TRACE = 'run-trace'
const RUN = 'run-7'
type Said = Record<string, unknown>

const node = (node_id: string, seconds: number, said: Said = {}): Said => ({
  node_id,
  node_name: node_id.toUpperCase(),
  start_time: at(seconds),
  end_time: at(seconds + 0.5),
  idempotency_key: `${node_id} ${seconds}`,
  ...said,
})

const run = (project: TestProject, nodes: Said[], run_id = RUN) =>
  tell(project, '/ingest/langgraph-runs', {
    trace_id: TRACE,
    run_id,
    graph_name: 'g',
    start_time: at(0),
    nodes,
  })

const alias = (node_id: string) => uuid5(`${RUN}:${node_id}`)
const get = (project: TestProject, span_id: string) =>
  ask(project, getSpan, { params: { trace_id: TRACE, span_id } })
const tree = async (project: TestProject) =>
  (await ask(project, getTrace, { params: { trace_id: TRACE }, query: { spans: 'tree' } })).spans

test('a span is shown with its payload, events and evaluations, in the form of the contract', async () => {
  const project = await mint()
  const said = {
    span_id: 's',
    trace_id: TRACE,
    name: 'n',
    start_time: at(1),
    idempotency_key: 'k',
    input: [1],
  }
  await tell(project, '/ingest/traces', {
    trace: { trace_id: TRACE, start_time: at(0) },
    spans: [said, { ...said, span_id: 'other', idempotency_key: 'k2', parent_span_id: 's' }],
  })
  const log = (span_id: string) => ({
    trace_id: TRACE,
    span_id,
    event_type: 'LOG',
    event_time: at(2),
    payload: { message: `of ${span_id}` },
    idempotency_key: `log ${span_id}`,
  })
  await tell(project, '/ingest/spans', { events: [log('s'), log('other')] })
  const evaluation = { trace_id: TRACE, eval_name: 'e', eval_model: 'm', score: 1, passed: true }
  await tell(project, '/evals', { ...evaluation, span_id: 's', idempotency_key: 'e1' })
  await tell(project, '/evals', { ...evaluation, span_id: 'other', idempotency_key: 'e2' })
  const answer = await get(project, 's')
  expect(checkOf(getSpan.response).Check(answer)).toBe(true)
  expect(answer.span).toMatchObject({ id: 's', input: [1], trace_id: TRACE, project_id: project.project_id })
  expect(answer.timeline.map(({ event_type, payload }) => [event_type, payload['message']])).toEqual([
    ['SPAN_STARTED', undefined],
    ['LOG', 'of s'],
  ])
  expect(answer.evaluations).toMatchObject([{ span_id: 's' }])
  expect((await get(project, 'other')).span.parent_span_id).toBe('s')
})

test('a UUID finds its span in any case, with dashes or without', async () => {
  const project = await mint()
  const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
  const said = { trace_id: TRACE, name: 'n', start_time: at(1) }
  await tell(project, '/ingest/traces', {
    trace: { trace_id: TRACE, start_time: at(0) },
    spans: [
      { ...said, span_id: uuid, idempotency_key: 'k1' },
      { ...said, span_id: '00f067aa0ba902b7', idempotency_key: 'k2', parent_span_id: uuid },
    ],
  })
  for (const id of [uuid, uuid.toUpperCase(), uuid.replaceAll('-', '')]) {
    expect((await get(project, id)).span.id).toBe(uuid)
  }
  expect((await get(project, '00F067AA0BA902B7')).span).toMatchObject({
    id: '00f067aa0ba902b7',
    parent_span_id: uuid,
  })
})

test('an unknown span is a 404, also when another trace has it', async () => {
  const project = await mint()
  await run(project, [node('a', 1)])
  const said = { span_id: 'elsewhere', trace_id: 'other', name: 'n', start_time: at(1), idempotency_key: 'k' }
  await tell(project, '/ingest/traces', { trace: { trace_id: 'other', start_time: at(0) }, spans: [said] })
  for (const span_id of ['elsewhere', 'b', alias('b')]) {
    const response = await api.request('GET', `/api/v1/traces/${TRACE}/spans/${span_id}`, {
      key: project.key,
    })
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'span_not_found' }])
  }
})

test.each(['a%00b', 'a%0Ab'])('a span id with a control character (%s) is a 422', async (span_id) => {
  const project = await mint()
  await run(project, [node('a', 1)])
  const response = await api.request('GET', `/api/v1/traces/${TRACE}/spans/${span_id}`, { key: project.key })
  expect(response.status).toBe(422)
})

test('W-4: visits of a node are numbered by their start, whatever the order of arrival', async () => {
  const project = await mint()
  await run(project, [node('think', 5), node('act', 2)])
  await run(project, [node('think', 1), node('think', 3)])
  const visits = (await tree(project)).map(({ node_id, node_visit, start_time }) => [
    node_id,
    node_visit,
    start_time,
  ])
  expect(visits).toEqual([
    ['think', 1, shown(1)],
    ['act', 1, shown(2)],
    ['think', 2, shown(3)],
    ['think', 3, shown(5)],
  ])
})

test('the earliest visit has the id that the MVP gave the node; a late, earlier one takes it over', async () => {
  const project = await mint()
  await run(project, [node('think', 3)])
  expect((await tree(project)).map(({ id }) => id)).toEqual([alias('think')])
  expect((await get(project, alias('think'))).span.start_time).toBe(shown(3))
  await run(project, [node('think', 1)])
  const [first, second] = await tree(project)
  expect(first?.id).toBe(alias('think'))
  expect(second?.id).not.toBe(alias('think'))
  expect((await get(project, alias('think'))).span.start_time).toBe(shown(1))
  // Each shown id finds its own visit.
  expect((await get(project, second?.id ?? '')).span.node_visit).toBe(2)
})

test('a bare node id finds the latest visit', async () => {
  const project = await mint()
  await run(project, [node('think', 1), node('think', 4), node('think', 2)])
  expect((await get(project, 'think')).span).toMatchObject({ node_visit: 3, start_time: shown(4) })
})

test('an explicit span id or visit number stays what it is, and the alias still finds the earliest', async () => {
  const project = await mint()
  await run(project, [node('think', 1, { span_id: 'own' }), node('act', 2, { visit: 1 })])
  const [think, act] = await tree(project)
  expect(think?.id).toBe('own')
  expect(act?.id).toBe(uuid5(`${RUN}:act:visit-1`))
  expect((await get(project, alias('think'))).span.id).toBe('own')
  expect((await get(project, alias('act'))).span.id).toBe(act?.id ?? '')
})

test('an edge comes from the latest visit of the parent that had started by then', async () => {
  const project = await mint()
  const after = (parent_node_id: string) => ({ parent_node_id })
  await run(project, [
    node('think', 1),
    node('act', 2, after('think')),
    node('think', 3, after('act')),
    node('act', 4, after('think')),
    node('think', 5, after('think')),
    node('join', 6, { parent_node_ids: ['act', 'think'] }),
    node('lost', 7, after('nowhere')),
  ])
  const spans = await tree(project)
  const visitOf = new Map(spans.map((span) => [span.id, `${span.node_id} ${span.node_visit}`]))
  const edges = spans.map(({ id, parent_span_id }) => [
    visitOf.get(id),
    visitOf.get(parent_span_id ?? '') ?? parent_span_id,
  ])
  expect(edges).toEqual([
    ['think 1', null],
    ['act 1', 'think 1'],
    ['think 2', 'act 1'],
    ['act 2', 'think 2'],
    ['think 3', 'think 2'],
    ['join 1', 'act 2'],
    ['lost 1', null],
  ])
  expect(spans.find(({ node_id }) => node_id === 'join')?.parent_node_ids).toEqual(['act', 'think'])
  const joined = spans.find(({ node_id }) => node_id === 'join')
  expect((await get(project, joined?.id ?? '')).span.parent_span_id).toBe(joined?.parent_span_id ?? '')
})

test('runs that share a trace have their own visits', async () => {
  const project = await mint()
  await run(project, [node('think', 1)])
  await run(project, [node('think', 2, { idempotency_key: 'other run' })], 'run-8')
  const spans = await tree(project)
  expect(spans.map(({ id, node_visit }) => [id, node_visit])).toEqual([
    [alias('think'), 1],
    [uuid5('run-8:think'), 1],
  ])
})

test('what is filed under the alias is found with the earliest visit, not with a later one', async () => {
  const project = await mint()
  await run(project, [node('think', 1), node('think', 2)])
  const evaluation = { trace_id: TRACE, eval_name: 'e', eval_model: 'm', score: 1, passed: true }
  await tell(project, '/evals', { ...evaluation, span_id: alias('think'), idempotency_key: 'e1' })
  expect((await get(project, alias('think'))).evaluations).toMatchObject([{ span_id: alias('think') }])
  const [, second] = await tree(project)
  expect((await get(project, second?.id ?? '')).evaluations).toEqual([])
})

test('nodes that the MVP’s SDK sends as events are visits as well', async () => {
  const project = await mint()
  const started = (span_id: string, seconds: number, attributes: Said) => ({
    trace_id: TRACE,
    span_id,
    event_type: 'SPAN_STARTED',
    event_time: at(seconds),
    payload: { name: span_id, span_type: 'langgraph_node', attributes },
    idempotency_key: span_id,
  })
  await tell(project, '/ingest/spans', {
    events: [
      started('v1', 1, { node_id: 'router', node_name: 'Router' }),
      started('v2', 2, { node_id: 'answer', parent_node_id: 'router' }),
      started('v3', 3, { node_id: 'router', parent_node_id: 'answer' }),
    ],
  })
  const spans = await tree(project)
  expect(
    spans.map(({ id, node_id, node_visit, parent_span_id }) => [id, node_id, node_visit, parent_span_id]),
  ).toEqual([
    ['v1', 'router', 1, null],
    ['v2', 'answer', 1, 'v1'],
    ['v3', 'router', 2, 'v2'],
  ])
  expect((await get(project, 'router')).span.id).toBe('v3')
})
