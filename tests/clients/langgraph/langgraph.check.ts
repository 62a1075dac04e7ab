import { afterAll, expect, test } from 'bun:test'
import {
  Annotation,
  Command,
  END,
  interrupt,
  MemorySaver,
  Send,
  START,
  StateGraph,
} from '@langchain/langgraph'
import { TraceHubCallbackHandler, traceGraph } from '../../../sdk/typescript/src/langgraph/index.ts'
import { openGraphs, State, step } from './graphs.ts'

const { hub, told } = await openGraphs()
afterAll(hub.stop)

test('W-63: a loop and a branch: visits, edges and status are the truth', async () => {
  const { project, client } = await hub.open()
  const app = traceGraph(
    client,
    new StateGraph(State)
      .addNode('plan', async ({ n }: { n: number }) => ({ n: n + 1, log: ['plan'] }))
      .addNode('act', step('act'))
      .addNode('never', step('never'))
      .addEdge(START, 'plan')
      .addConditionalEdges('plan', ({ n }) => (n < 3 ? 'plan' : 'act'), ['plan', 'act', 'never'])
      .addEdge('act', END)
      .addEdge('never', END)
      .compile(),
    { name: 'looper', userId: 'u-1' },
  )
  const result = await app.invoke({ n: 0 })
  expect(result.log).toEqual(['plan', 'plan', 'plan', 'act'])
  const { trace, nodes, taken, declared } = await told(project, client)
  expect(trace).toMatchObject({ name: 'looper', user_id: 'u-1', status: 'success', has_open_spans: false })
  expect(nodes).toEqual({ __start__: 0, __end__: 0, plan: 3, act: 1, never: 0 })
  expect(taken).toEqual(['__start__ plan 1', 'act __end__ 1', 'plan act 1', 'plan plan 2'])
  expect(declared).toEqual([
    '__start__ plan',
    'act __end__',
    'never __end__',
    'plan act',
    'plan never',
    'plan plan',
  ])
})

test('parallel branches: each takes its own declared edge, and no false one is drawn', async () => {
  const { project, client } = await hub.open()
  const app = traceGraph(
    client,
    new StateGraph(State)
      .addNode('a', step('a'))
      .addNode('b', step('b'))
      .addNode('c', step('c'))
      .addNode('b2', step('b2'))
      .addNode('d', step('d'))
      .addNode('end', step('end'))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('a', 'c')
      .addEdge('b', 'b2')
      .addEdge('c', 'd')
      .addEdge(['b2', 'd'], 'end')
      .addEdge('end', END)
      .compile(),
  )
  await app.invoke({ n: 0 })
  const { taken, trace } = await told(project, client)
  expect(taken).toEqual([
    '__start__ a 1',
    'a b 1',
    'a c 1',
    'b b2 1',
    'b2 end 1',
    'c d 1',
    'd end 1',
    'end __end__ 1',
  ])
  expect(trace).toMatchObject({ status: 'success', total_spans: 7, ended_spans: 7 })
})

test('Send, Command and a subgraph: one visit for each task, and the ways are exact', async () => {
  const { project, client } = await hub.open()
  const inner = new StateGraph(State)
    .addNode('write', step('write'))
    .addNode('check', step('check'))
    .addEdge(START, 'write')
    .addEdge('write', 'check')
    .addEdge('check', END)
    .compile()
  const app = traceGraph(
    client,
    new StateGraph(State)
      .addNode('split', step('split'))
      .addNode('work', async ({ n }: { n: number }) => ({ log: [`work ${n}`] }))
      .addNode('review', inner)
      .addNode('decide', async () => new Command({ goto: 'done', update: { log: ['decide'] } }), {
        ends: ['done', 'split'],
      })
      .addNode('done', step('done'))
      .addEdge(START, 'split')
      .addConditionalEdges('split', () => [1, 2, 3].map((n) => new Send('work', { n })), ['work'])
      .addEdge('work', 'review')
      .addEdge('review', 'decide')
      .addEdge('done', END)
      .compile(),
  )
  await app.invoke({ n: 0 })
  const { nodes, taken, spans, spanOf, trace } = await told(project, client)
  expect(nodes).toMatchObject({
    split: 1,
    work: 3,
    review: 1,
    'review:write': 1,
    'review:check': 1,
    decide: 1,
    done: 1,
  })
  expect(taken).toEqual([
    ...[
      '__start__ split 1',
      'decide done 1',
      'done __end__ 1',
      'review decide 1',
      'review:write review:check 1',
    ],
    ...['split work 3', 'work review 1'],
  ])
  expect(spanOf('write')?.parent_span_id).toBe(spanOf('review')?.id ?? 'none')
  expect(spans.filter(({ name }) => name === 'work').map(({ input }) => input)).toEqual([
    { n: 1 },
    { n: 2 },
    { n: 3 },
  ])
  expect(trace).toMatchObject({ status: 'success', has_open_spans: false })
})

test('an interrupt is told as interrupted, and the resumed run knows where it came from', async () => {
  const { project, client } = await hub.open()
  const app = traceGraph(
    client,
    new StateGraph(State)
      .addNode('ask', async () => ({ log: [String(interrupt({ question: 'may I?' }))] }))
      .addEdge(START, 'ask')
      .addEdge('ask', END)
      .compile({ checkpointer: new MemorySaver() }),
  )
  const config = { configurable: { thread_id: 'thread-7' } }
  await app.invoke({ n: 0 }, config)
  const first = await told(project, client)
  expect(first.trace).toMatchObject({
    status: 'interrupted',
    session_id: 'thread-7',
    error_count: 0,
    has_open_spans: false,
  })
  expect(first.spanOf('ask')?.status).toBe('interrupted')
  const result = await app.invoke(new Command({ resume: 'yes' }), config)
  expect(result.log).toEqual(['yes'])
  const second = await told(project, client)
  expect(second.trace).toMatchObject({
    ...{ status: 'success', session_id: 'thread-7' },
    attributes: { resumed: true, resume_of: first.trace.id },
  })
  expect(second.trace.id).not.toBe(first.trace.id)
})

test('an error in a node is the error of the visit and of the trace, and reaches the app', async () => {
  const { project, client } = await hub.open()
  const failure = new TypeError('no such order')
  const app = traceGraph(
    client,
    new StateGraph(State)
      .addNode('good', step('good'))
      .addNode('bad', async () => {
        throw failure
      })
      .addEdge(START, 'good')
      .addEdge('good', 'bad')
      .addEdge('bad', END)
      .compile(),
  )
  expect(await app.invoke({ n: 0 }).catch((error: unknown) => error)).toBe(failure)
  const { trace, spanOf } = await told(project, client)
  expect(trace.status).toBe('error')
  expect(spanOf('bad')).toMatchObject({ status: 'error', error: 'TypeError: no such order' })
  expect(spanOf('good')?.status).toBe('success')
})

test('many runs at once stay apart, and a hub that is away is not noticed', async () => {
  const { project, client } = await hub.open()
  const graph = new StateGraph(State)
    .addNode('x', step('x'))
    .addNode('y', step('y'))
    .addEdge(START, 'x')
    .addEdge('x', 'y')
    .addEdge('y', END)
    .compile()
  const app = traceGraph(client, graph)
  await Promise.all(Array.from({ length: 50 }, async () => app.invoke({ n: 0 })))
  const { trace } = await told(project, client)
  expect(trace).toMatchObject({ total_spans: 3, ended_spans: 3, status: 'success' })
  const away = (await hub.open({ fetch: () => Promise.reject(new Error('away')), onWarning: () => {} }))
    .client
  expect((await traceGraph(away, graph).invoke({ n: 0 })).log).toEqual(['x', 'y'])
  expect(away.stats()).toMatchObject({ faults: 0, acknowledged: 0 })
})
