import { afterAll, expect, test } from 'bun:test'
import { choice, graph, visit, type Run } from './langgraph-wire.ts'
import { openGraphs } from './show-graph.ts'

// What other versions of LangGraph send, and what none of them would.

const { shown, stop } = await openGraphs()
afterAll(stop)

test('LangGraph of Python: all triggers of a node are listed, and a join counts only when it fired', async () => {
  const merge = ['branch:to:merge', 'join:left+right:merge']
  const { ways } = await shown(
    graph([
      visit('fan', 1, { inside: [choice(['left', 'right'], 'route')] }),
      visit('left', 2),
      visit('right', 2),
      visit('merge', 3, { triggers: merge, inside: [choice('again', 'route')] }),
      visit('again', 4, { inside: [choice('merge', 'route')] }),
      visit('merge', 5, { triggers: merge }),
    ]),
  )
  expect(ways).toEqual([
    'again merge 1',
    'fan left 1',
    'fan right 1',
    'left merge 1',
    'merge again 1',
    'right merge 1',
  ])
})

test.each<[string, unknown]>([
  ['an object', { graph: null, update: null, resume: null, goto: ['done', 'log'] }],
  ['text', "Command(update={'a': 1}, goto=['done', 'log'])"],
])('LangGraph of Python: a Command as %s', async (_, output) => {
  const { ways } = await shown(
    graph([
      visit('decide', 1, { output: { output } }),
      visit('beside', 1),
      visit('done', 2),
      visit('log', 2),
    ]),
  )
  expect(ways).toEqual(['decide done 1', 'decide log 1'])
})

test('LangGraph of Python: a Send as text, and a Command that holds one', async () => {
  const text = "Send(node='work', arg={'n': 1})"
  const push = { triggers: ['__pregel_push'] }
  const { ways } = await shown(
    graph([
      visit('split', 1, { inside: [choice([text], 'sends')] }),
      visit('beside', 1),
      visit('work', 2, {
        ...push,
        output: { output: { graph: null, update: null, resume: null, goto: text } },
      }),
      visit('work', 3, push),
    ]),
  )
  expect(ways).toEqual(['split work 1', 'work work 1'])
})

test('older LangGraph: the step that writes the way tells it', async () => {
  const write: Run = { name: 'ChannelWrite<branch:to:next>', tags: ['langsmith:hidden'] }
  const { ways } = await shown(
    graph([visit('a', 1, { inside: [write] }), visit('b', 1), visit('next', 2)]),
    'langfuse',
  )
  expect(ways).toEqual(['a next 1'])
})

const many = (count: number, of = 'n') => Array.from({ length: count }, (_, at) => `${of}${at}`)

test.each<[string, Partial<Run>]>([
  ['a step that is no number', { step: Number.NaN }],
  ['a step past all numbers', { step: 1e300 }],
  ['triggers that are many', { triggers: many(100_000, 'branch:to:') }],
  ['a join of many', { triggers: [`join:${many(100_000).join('+')}:odd`] }],
  ['a join of nothing', { triggers: ['join::', 'join:+:odd', 'join:odd'] }],
  ['a namespace without end', { ns: 'a:b|'.repeat(100_000) }],
  ['a namespace of prototypes', { ns: '__proto__:1|constructor:2|odd:3' }],
  ['a way to everywhere', { output: { lg_name: 'Command', goto: many(10_000) } }],
  ['a way that is no name', { output: { lg_name: 'Command', goto: [7, null, { node: 'x' }] } }],
  ['a way in a long text', { output: `Command(goto=[${"'a', ".repeat(50_000)}'b'])` }],
  ['choices of what is no name', { inside: [choice([{ lg_name: 'Send', node: { a: 1 } }]), choice('a\nb')] }],
  ['a choice of prototypes', { inside: [choice(['__proto__', 'constructor'])] }],
])('%s does no harm: the visit is there, and its neighbours are', async (_, odd) => {
  const { visits, ways } = await shown(
    graph([visit('first', 1), { ...visit('odd', 2), ...odd }, visit('last', 3)]),
  )
  expect(visits).toMatchObject({ first: 1, last: 1 })
  expect(Object.keys(visits)).toHaveLength(3)
  expect(ways.filter((way) => !/^(?:first|last|\S*odd) (?:first|last|\S*odd) 1 inferred$/.test(way))).toEqual(
    [],
  )
})

test('between more parallel nodes than anybody can guess from, no way is drawn', async () => {
  const { visits, ways } = await shown(
    graph([...many(30).map((node) => visit(node, 1)), ...many(30, 'm').map((node) => visit(node, 2))]),
  )
  expect(Object.keys(visits)).toHaveLength(60)
  expect(ways).toEqual([])
})
