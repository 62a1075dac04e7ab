import { afterAll, expect, test } from 'bun:test'
import { getGraph } from '#shared/contract/graph.ts'
import { gotoIn, namesIn, parentsOf } from '../../sdk/typescript/src/langgraph/ways.ts'
import { openClients } from './open-client.ts'

const hub = await openClients()
afterAll(hub.stop)

test('the LangGraph calls of the seed: nodes closed, edges, tokens once, the run ended', async () => {
  const { project, client } = await hub.open()
  const traceId = client.startLanggraphRun({
    graphName: 'agent_router',
    runId: 'lg-run-001',
    inputText: '환불 규정 알려줘',
    model: 'gpt-4.1-mini',
    graph: {
      nodes: [{ id: 'router' }, { id: 'policy_lookup' }, { id: 'answer' }],
      edges: [{ source: 'router', target: 'policy_lookup', conditional: true }],
    },
  })
  client.startLanggraphNode({
    nodeId: 'router',
    nodeName: 'intent_router',
    nodeType: 'router',
    inputState: { question: 'q' },
  })
  client.endLanggraphNode({ nodeId: 'router', outputState: { route: 'policy_lookup' } })
  client.startLanggraphNode({ nodeId: 'policy_lookup', nodeType: 'tool', parentNodeId: 'router' })
  client.endLanggraphNode({
    ...{ nodeId: 'policy_lookup', outputState: { policy_id: 'refund-v3' }, durationMs: 842 },
    tokenUsage: { prompt_tokens: 321, completion_tokens: 88 },
  })
  client.endLanggraphRun({ outputText: '7일' })
  await client.flush()
  const { trace, spanOf } = await hub.traceOf(project, traceId)
  expect(trace).toMatchObject({
    ...{ name: 'agent_router', external_trace_id: 'lg-run-001', status: 'success', output_text: '7일' },
    ...{ total_spans: 3, ended_spans: 3, input_tokens: 321, output_tokens: 88 },
  })
  expect(spanOf('policy_lookup')).toMatchObject({
    duration_ms: 842,
    parent_node_ids: ['router'],
    output: { policy_id: 'refund-v3' },
  })
  const graph = await hub.ask(project, getGraph, { params: { trace_id: traceId } })
  expect(graph.declared).toBe(true)
  expect(graph.edges).toMatchObject([
    { from: 'router', to: 'policy_lookup', declared: true, conditional: true, taken: 1 },
  ])
  expect(graph.nodes.find(({ node_id }) => node_id === 'answer')?.visits).toBe(0)
})

test('a node visited again is another visit, and every visit is closed', async () => {
  const { project, client } = await hub.open()
  const traceId = client.startLanggraphRun({ graphName: 'loop' })
  const visits = ['a', 'b', 'a', 'b', 'a'].map((nodeId, n) => {
    const { spanId } = client.startLanggraphNode({
      nodeId,
      parentNodeId: n === 0 ? null : nodeId === 'a' ? 'b' : 'a',
    })
    client.endLanggraphNode({ nodeId })
    return spanId
  })
  client.endLanggraphRun()
  await client.flush()
  const { trace, spans } = await hub.traceOf(project, traceId)
  expect(new Set(visits).size).toBe(5)
  expect(trace).toMatchObject({ total_spans: 6, ended_spans: 6 })
  const nodes = spans.filter(({ node_id }) => node_id !== null)
  expect(nodes.map(({ node_id, node_visit }) => `${node_id} ${node_visit}`)).toEqual([
    'a 1',
    'b 1',
    'a 2',
    'b 2',
    'a 3',
  ])
})

test('W-59: nodes of runs at the same time, under the same ids, stay with their run', async () => {
  const { project, client } = await hub.open()
  const run = async (n: number) => {
    const traceId = client.startLanggraphRun({ graphName: `g${n}` })
    client.startLanggraphNode({ nodeId: 'same' })
    await Bun.sleep(n % 3)
    client.endLanggraphNode({ nodeId: 'same', outputState: { n } })
    client.endLanggraphRun()
    return traceId
  }
  const traces = await Promise.all(Array.from({ length: 20 }, async (_, n) => run(n)))
  await client.flush()
  for (const [n, traceId] of traces.entries()) {
    const { spanOf, trace } = await hub.traceOf(project, traceId)
    expect(spanOf('same')).toMatchObject({ status: 'success', output: { n }, node_visit: 1 })
    expect(trace).toMatchObject({ total_spans: 2, ended_spans: 2 })
  }
})

test("W-61: a node's source is the caller's own line, relative, or what the caller says", async () => {
  const { project, client } = await hub.open()
  const traceId = client.startLanggraphRun({ graphName: 'sources' })
  function router() {
    const visit = client.startLanggraphNode({ nodeId: 'router' })
    return [visit]
  }
  router()
  client.startLanggraphNode({
    nodeId: 'said',
    sourceRef: { file: 'app/nodes.ts', line: 7, function: 'said' },
  })
  client.startLanggraphNode({
    nodeId: 'seed',
    metadata: { source_ref: { file: 'a.py', line: 1, function: 'f' } },
  })
  client.startLanggraphNode({ nodeId: 'none', sourceRef: null })
  client.endLanggraphRun()
  await client.flush()
  const { spanOf } = await hub.traceOf(project, traceId)
  const own = await Bun.file(import.meta.path).text()
  const line =
    own
      .split('\n')
      .findIndex((text) => text.includes("nodeId: 'router' })\n".trimEnd()) && text.includes('const visit')) +
    1
  expect(spanOf('router')?.source_ref).toEqual({
    file: 'tests/sdk/langgraph.test.ts',
    line,
    function: 'router',
  })
  expect(spanOf('said')?.source_ref).toEqual({ file: 'app/nodes.ts', line: 7, function: 'said' })
  expect(spanOf('seed')?.source_ref).toEqual({ file: 'a.py', line: 1, function: 'f' })
  expect(spanOf('none')?.source_ref).toBeNull()
  expect(JSON.stringify(spanOf('router'))).not.toContain(process.cwd())
})

test('W-62: an evaluation that is sent twice is one', async () => {
  const { project, client } = await hub.open()
  const trace = client.trace('t')
  trace.end()
  for (let n = 0; n < 2; n++) {
    client.attachEval({
      evalName: 'e',
      evalModel: 'm',
      score: 1,
      passed: true,
      traceId: trace.traceId,
      idempotencyKey: 'one',
    })
    await client.flush()
  }
  expect((await hub.traceOf(project, trace.traceId)).evaluations).toHaveLength(1)
})

test('names are read from what a conditional edge gives, and from Commands', () => {
  expect(namesIn('a')).toEqual(['a'])
  expect(namesIn(['a', { lg_name: 'Send', node: 'b', args: {} }])).toEqual(['a', 'b'])
  expect(namesIn({ answer: 'a' })).toBeNull()
  expect(namesIn([1])).toBeNull()
  expect(gotoIn({ lg_name: 'Command', goto: ['a', { node: 'b', args: 1 }] })).toEqual(['a', 'b'])
  expect(gotoIn([{ x: 1 }, { lg_name: 'Command', goto: 'a' }])).toEqual(['a'])
  expect(gotoIn({ lg_name: 'Command', goto: 'a', graph: '__parent__' })).toEqual([])
})

test('of several ways that a run may have come, none is drawn unless it is known', () => {
  const visits = [
    { node: 'b', id: 'b', step: 1, goes_to: null },
    { node: 'c', id: 'c', step: 1, goes_to: null },
  ]
  const run = { prefix: '', visits }
  expect(parentsOf(run, 'd', 2, ['branch:to:d'], null)).toEqual([])
  const declared = { nodes: [], edges: [{ source: 'c', target: 'd' }] }
  expect(parentsOf(run, 'd', 2, ['branch:to:d'], declared)).toEqual(['c'])
  expect(parentsOf(run, 'd', 2, ['join:b+c:d'], null)).toEqual(['b', 'c'])
  expect(parentsOf({ prefix: '', visits: visits.slice(0, 1) }, 'd', 2, [], null)).toEqual(['b'])
})
