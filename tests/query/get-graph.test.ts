import { afterAll, expect, test } from 'bun:test'
import { getGraph } from '#shared/contract/graph.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub } from './open-hub.ts'

const { api, ask, mint, tell, stop } = await openHub()
afterAll(stop)

const TRACE = 'graph-trace'
type Said = Record<string, unknown>

const node = (node_id: string, seconds: number, said: Said = {}): Said => ({
  node_id,
  node_name: node_id.toUpperCase(),
  start_time: at(seconds),
  end_time: at(seconds + 0.5),
  idempotency_key: `${node_id} ${seconds}`,
  ...said,
})
const after = (parent_node_id: string) => ({ parent_node_id })
const open = (said: Said = {}) => ({ ...said, end_time: null, status: 'running' })

const run = (project: TestProject, nodes: Said[], said: Said = {}) =>
  tell(project, '/ingest/langgraph-runs', {
    ...{ trace_id: TRACE, run_id: 'run', graph_name: 'g', start_time: at(0), nodes },
    ...said,
  })

const get = (project: TestProject, query: { node?: string } = {}) =>
  ask(project, getGraph, { params: { trace_id: TRACE }, query })

const ways = (edges: { from: string; to: string; taken: number }[]) =>
  edges.map(({ from, to, taken }) => `${from} ${to} ${taken}`).toSorted()

test('visits of a node are one node with their sums, in the form of the contract', async () => {
  const project = await mint()
  const metadata = { source_ref: { file: 'a.py', line: 3, function: 'f' } }
  await run(project, [
    node('think', 1, { input_tokens: 10, output_tokens: 1, metadata }),
    node('think', 3, { input_tokens: 5, error: 'x', status: 'error', end_time: at(4) }),
    node('think', 5, open()),
  ])
  const answer = await get(project)
  expect(checkOf(getGraph.response).Check(answer)).toBe(true)
  expect(answer.nodes).toMatchObject([
    {
      ...{ node_id: 'think', name: 'THINK', status: 'running', visits: 3, running: 1, errors: 1 },
      ...{ total_ms: 1500, last_ms: null, input_tokens: 15, output_tokens: 1, cost_usd: null },
      source_ref: { file: 'a.py', line: 3, function: 'f' },
    },
  ])
  expect(answer.declared).toBe(false)
})

test('an edge is counted for each visit that came from a visit which had started; parents may be several', async () => {
  const project = await mint()
  await run(project, [
    node('join', 6, { parent_node_ids: ['act', 'think'] }),
    node('think', 3, after('act')),
    node('act', 2, after('think')),
    node('think', 1),
    node('act', 4, after('think')),
    node('think', 5, after('think')),
    node('lost', 7, after('nowhere')),
    node('early', 0.5, after('think')),
  ])
  expect(ways((await get(project)).edges)).toEqual([
    'act join 1',
    'act think 1',
    'think act 2',
    'think join 1',
    'think think 1',
  ])
})

test('what the app declared is there before it is visited, start and end too', async () => {
  const project = await mint()
  const graph = {
    nodes: [{ id: '__start__' }, { id: 'a', name: 'First' }, { id: 'b' }, { id: '__end__' }],
    edges: [
      { source: '__start__', target: 'a' },
      { source: 'a', target: 'b', conditional: true },
      { source: 'a', target: '__end__', conditional: true },
    ],
  }
  await run(project, [node('a', 1, open({ node_name: '' }))], { graph, status: 'running' })
  const before = await get(project)
  expect(before.nodes.map(({ name, kind, visits }) => [name, kind, visits])).toEqual([
    ['__start__', 'start', 0],
    ['First', 'node', 1],
    ['b', 'node', 0],
    ['__end__', 'end', 0],
  ])
  expect(ways(before.edges)).toEqual(['__start__ a 1', 'a __end__ 0', 'a b 0'])
  await run(project, [node('a', 1, { node_name: '', end_time: at(2), idempotency_key: 'end' })], {
    graph,
    status: 'success',
    end_time: at(2),
  })
  expect(ways((await get(project)).edges)).toEqual(['__start__ a 1', 'a __end__ 1', 'a b 0'])
})

test('a colon names a subgraph only where it has two nodes or is one', async () => {
  const project = await mint()
  await run(project, [
    node('sub:a', 1),
    node('sub:b', 2),
    node('tool:only', 3),
    node('box', 4),
    node('box:x', 5),
  ])
  const named = (await get(project)).nodes.map(({ node_id, subgraph }) => [node_id, subgraph])
  expect(Object.fromEntries(named)).toEqual({
    ...{ 'sub:a': 'sub', 'sub:b': 'sub', 'tool:only': null, box: null, 'box:x': 'box' },
  })
})

test('the visits of a node that is asked for come with their ids', async () => {
  const project = await mint()
  await run(project, [node('a', 2, { span_id: 'second' }), node('a', 1, { span_id: 'first' }), node('b', 3)])
  const { visits } = await get(project, { node: 'a' })
  expect(visits.map(({ span_id, visit }) => [span_id, visit])).toEqual([
    ['first', 1],
    ['second', 2],
  ])
  expect((await get(project)).visits).toEqual([])
})

test('an unchanged graph is a 304 without a body; news gives it anew', async () => {
  const project = await mint()
  await run(project, [node('a', 1)])
  const path = `/api/v1/traces/${TRACE}/graph`
  const first = await api.request('GET', path, { key: project.key })
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
  const again = await api.request('GET', path, { key: project.key, headers })
  expect([again.status, await again.text()]).toEqual([304, ''])
  await run(project, [node('a', 2)])
  expect((await api.request('GET', path, { key: project.key, headers })).status).toBe(200)
})

test('the graph of a trace of another project is the 404 of one that never was', async () => {
  const [project, other] = [await mint(), await mint()]
  await run(project, [node('a', 1)])
  const answers = await Promise.all(
    [TRACE, 'never'].map((id) => api.request('GET', `/api/v1/traces/${id}/graph`, { key: other.key })),
  )
  const bodies = await Promise.all(answers.map((answer) => answer.json()))
  expect(answers.map(({ status }) => status)).toEqual([404, 404])
  for (const body of bodies)
    expect(body).toMatchObject({ code: 'trace_not_found', detail: 'trace not found' })
})
