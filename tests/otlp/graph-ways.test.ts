import { afterAll, describe, expect, test } from 'bun:test'
import { getGraph } from '#shared/contract/graph.ts'
import { choice, DIALECT_NAMES, graph, spansOf, visit } from './langgraph-wire.ts'
import { openGraphs } from './show-graph.ts'

const hub = await openGraphs()
const { shown } = hub
afterAll(hub.stop)

const send = (node: string, n: number) => ({ lg_name: 'Send', node, args: { n } })

describe.each(DIALECT_NAMES)('in the dialect of %s', (dialect) => {
  test('a loop and a branch: what the conditional edge answered is a fact', async () => {
    const { visits, ways } = await shown(
      graph([
        visit('plan', 1, { inside: [choice('plan')] }),
        visit('plan', 2, { inside: [choice('act')] }),
        visit('act', 3, { inside: [choice('__end__')] }),
      ]),
      dialect,
    )
    expect(visits).toEqual({ plan: 2, act: 1 })
    expect(ways).toEqual(['plan act 1', 'plan plan 1'])
  })

  test('parallel: one conditional edge leads to several nodes, and a join comes from each', async () => {
    const { ways } = await shown(
      graph([
        visit('fan', 1, { inside: [choice(['left', 'right'])] }),
        visit('left', 2),
        visit('right', 2),
        visit('merge', 3, { triggers: ['join:left+right:merge'] }),
      ]),
      dialect,
    )
    expect(ways).toEqual(['fan left 1', 'fan right 1', 'left merge 1', 'right merge 1'])
  })

  test('Send: each task is a visit, and came from where it was sent', async () => {
    const push = { triggers: ['__pregel_push'] }
    const { visits, ways } = await shown(
      graph([
        visit('split', 1, { inside: [choice([send('work', 1), send('work', 2)])] }),
        visit('other', 1),
        visit('work', 2, push),
        visit('work', 2, push),
        visit('gather', 3),
      ]),
      dialect,
    )
    expect(visits).toEqual({ split: 1, other: 1, work: 2, gather: 1 })
    expect(ways).toEqual(['split work 2', 'work gather 1 inferred'])
  })

  test('Command: a node that names the next is where that came from', async () => {
    const { ways } = await shown(
      graph([
        visit('decide', 1, { output: { lg_name: 'Command', update: { log: ['x'] }, goto: ['done', 'log'] } }),
        visit('beside', 1),
        visit('done', 2, { output: { lg_name: 'Command', goto: [send('work', 1)] } }),
        visit('log', 2),
        visit('work', 3, { triggers: ['__pregel_push'] }),
      ]),
      dialect,
    )
    expect(ways).toEqual(['decide done 1', 'decide log 1', 'done work 1'])
  })

  test('a graph in a node has its own steps, and its ways are its own', async () => {
    const outer = `review:${crypto.randomUUID()}`
    const inner = graph([
      visit('write', 1, { outer, inside: [choice('check')] }),
      visit('check', 2, { outer, inside: [choice('write')] }),
      visit('write', 3, { outer, inside: [choice('check')] }),
      visit('check', 4, { outer }),
    ])
    const { visits, ways } = await shown(
      graph([
        visit('plan', 1),
        visit('review', 2, { ns: outer, inside: [{ ...inner, ns: outer, node: 'review', step: 2 }] }),
        visit('write', 3),
      ]),
      dialect,
    )
    expect(visits).toEqual({ plan: 1, review: 1, 'review:write': 2, 'review:check': 2, write: 1 })
    expect(ways).toEqual([
      'plan review 1 inferred',
      'review write 1 inferred',
      'review:check review:write 1',
      'review:write review:check 2',
    ])
  })

  test('a node that fails is the end of its way, and its graph failed', async () => {
    const { status, ways } = await shown(
      {
        ...graph([
          visit('one', 1),
          visit('boom', 2, { error: { type: 'RangeError', message: 'boom' } }),
          visit('fine', 2),
        ]),
        error: { type: 'RangeError', message: 'boom' },
      },
      dialect,
    )
    expect(status).toEqual({ one: 'success', boom: 'error', fine: 'success' })
    expect(ways).toEqual(['one boom 1 inferred', 'one fine 1 inferred'])
  })
})

test('a static edge is a guess, and one who went elsewhere for sure is not under suspicion', async () => {
  const { ways } = await shown(
    graph([
      visit('a', 1),
      visit('b', 2, { inside: [choice('b2')] }),
      visit('c', 2),
      visit('b2', 3),
      visit('d', 3),
    ]),
  )
  expect(ways).toEqual(['a b 1 inferred', 'a c 1 inferred', 'b b2 1', 'c d 1 inferred'])
})

test('a label that the app maps to a node says nothing of where it leads', async () => {
  const { ways } = await shown(
    graph([visit('b', 1), visit('c', 1, { inside: [choice('go')] }), visit('b2', 2), visit('d', 2)]),
  )
  expect(ways).toEqual(['b b2 1 inferred', 'b d 1 inferred', 'c b2 1 inferred', 'c d 1 inferred'])
})

test('what a node does before it ends is no conditional edge, whatever it answers', async () => {
  const { ways } = await shown(
    graph([
      visit('a', 1, { inside: [choice('d', 'route'), { name: 'ChatOpenAI', kind: 'llm', output: 'x' }] }),
      visit('b', 1, { inside: [{ name: 'StrOutputParser', output: 'd' }] }),
      visit('c', 1, { inside: [{ name: 'pick', kind: 'tool', output: 'd' }] }),
      visit('d', 2),
    ]),
  )
  expect(ways).toEqual(['a d 1 inferred', 'b d 1 inferred', 'c d 1 inferred'])
})

test('a task that is tried again came once, and leads on from where it succeeded', async () => {
  const task = crypto.randomUUID()
  const { visits, ways } = await shown(
    graph([
      visit('x', 1, { inside: [choice('retry')] }),
      visit('retry', 2, { task, error: { type: 'TypeError', message: 'again' } }),
      visit('retry', 2, { task }),
      visit('last', 3),
    ]),
  )
  expect(visits).toEqual({ x: 1, retry: 2, last: 1 })
  expect(ways).toEqual(['retry last 1 inferred', 'x retry 1'])
})

test('one that failed or was left led nowhere', async () => {
  const { ways } = await shown(
    graph([
      visit('good', 1),
      visit('bad', 1, { error: { type: 'TypeError', message: 'no' } }),
      visit('asks', 1, { error: { type: 'GraphInterrupt', message: '[]' } }),
      visit('next', 2),
    ]),
  )
  expect(ways).toEqual(['good next 1 inferred'])
})

test('an agent in a node of its own name is one visit, and all stand where they were sent', async () => {
  const ns = `agent:${crypto.randomUUID()}`
  const [visited, inner] = ['00000000000000a1', '00000000000000a2']
  const { project, trace, visits } = await shown(
    graph([
      visit('start', 1),
      visit('agent', 2, { ns, id: visited, inside: [{ name: 'agent', id: inner }] }),
      visit('merge', 3, { triggers: ['join:start+agent:merge'] }),
    ]),
  )
  expect(visits).toEqual({ start: 1, agent: 1, merge: 1 })
  const { spans, spanOf } = await hub.traceOf(project, trace)
  expect(spans.find(({ id }) => id === inner)).toMatchObject({ parent_span_id: visited, node_visit: null })
  expect(spans.find(({ id }) => id === visited)).toMatchObject({ node_visit: 1 })
  const root = spanOf('LangGraph')?.id
  expect(spanOf('merge')?.parent_span_id).toBe(root ?? 'none')
})

test('ways do not depend on the order in which spans come', async () => {
  const run = graph([
    visit('plan', 1, { inside: [choice('act')] }),
    visit('other', 1),
    visit('act', 2, { triggers: ['branch:to:act'] }),
    visit('end', 3, { triggers: ['join:act+other:end'] }),
  ])
  const project = await hub.mint()
  const { trace, spans } = spansOf(run, 'openinference')
  for (const span of spans.toReversed())
    expect(await hub.send(project, [span])).toMatchObject({ rejected: 0 })
  const { edges } = await hub.ask(project, getGraph, { params: { trace_id: trace } })
  expect(edges.map(({ from, to, inferred }) => `${from} ${to} ${inferred ?? false}`).toSorted()).toEqual([
    'act end false',
    'other end false',
    'plan act false',
  ])
})

test.each(['langfuse', 'langsmith'] as const)(
  'in the dialect of %s a step that LangGraph hides is no node, and no way leads through it',
  async (dialect) => {
    const { visits, ways } = await shown(
      graph([
        visit('plan', 1),
        visit('__copy__', 1, { tags: ['graph:step:1', 'langsmith:hidden'] }),
        visit('act', 2),
      ]),
      dialect,
    )
    expect(visits).toEqual({ plan: 1, act: 1 })
    expect(ways).toEqual(['plan act 1 inferred'])
  },
)

test('visits know the step that they were', async () => {
  const { project, trace } = await shown(graph([visit('plan', 1), visit('plan', 4)]))
  const { visits } = await hub.ask(project, getGraph, {
    params: { trace_id: trace },
    query: { node: 'plan' },
  })
  expect(visits.map(({ visit: number, step }) => [number, step])).toEqual([
    [1, 1],
    [2, 4],
  ])
})
