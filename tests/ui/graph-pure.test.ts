import { expect, test } from 'bun:test'
import { assert, property, jsonValue } from 'fast-check'
import { diffJson, type Change } from '../../ui/graph/diff-json.ts'
import { fitText } from '../../ui/graph/fit-text.ts'
import {
  foldGraph,
  MOST_NODES,
  type Graph,
  type GraphEdge,
  type GraphNode,
} from '../../ui/graph/fold-graph.ts'
import { formOf } from '../../ui/graph/form-of.ts'
import { layOut } from '../../ui/graph/lay-out.ts'

const node = (node_id: string, more: Partial<GraphNode> = {}): GraphNode => ({
  ...{ node_id, name: node_id, kind: 'node', node_type: null, declared: true, subgraph: null, status: null },
  ...{ visits: 0, running: 0, errors: 0, total_ms: null, last_ms: null, last_start: null },
  ...{ input_tokens: null, output_tokens: null, cost_usd: null, source_ref: null },
  ...more,
})
const edge = (from: string, to: string, more: Partial<GraphEdge> = {}): GraphEdge => ({
  ...{ from, to, declared: true, conditional: false, taken: 0 },
  ...more,
})
/** Only nodes and edges are drawn; the trace beside them is not looked at. */
const graph = (nodes: GraphNode[], edges: GraphEdge[]) => ({ nodes, edges }) as unknown as Graph

const drawn = (nodes: GraphNode[], edges: GraphEdge[], unfolded = false) => {
  const drawing = foldGraph(graph(nodes, edges), unfolded)
  if (!drawing) throw new Error('nothing is drawn')
  return drawing
}

test('nothing moves when a visit comes, an edge is taken, or one beside the declaration is (W-69)', async () => {
  const before = drawn([node('a'), node('b'), node('c')], [edge('a', 'b'), edge('b', 'c')])
  const visited = [
    node('a', { visits: 1, status: 'success' }),
    node('b', { visits: 2, running: 1 }),
    node('c'),
  ]
  const ways = [edge('a', 'b', { taken: 2 }), edge('b', 'c'), edge('a', 'c', { declared: false, taken: 1 })]
  const after = drawn(visited, ways)
  const places = await layOut(formOf(before))
  expect(places?.nodes.length).toBe(3)
  expect(await layOut(formOf(after))).toEqual(places)
})

test('loops, fan-out and joins are laid out without two nodes in one place', async () => {
  const names = ['a', 'b', 'c', 'd']
  const ways = [
    edge('a', 'b'),
    edge('a', 'c'),
    edge('b', 'd'),
    edge('c', 'd'),
    edge('d', 'a'),
    edge('b', 'b'),
  ]
  const placed = await layOut(
    formOf(
      drawn(
        names.map((name) => node(name)),
        ways,
      ),
    ),
  )
  expect(new Set(placed?.nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(4)
})

test('a subgraph is one node with the sums of its nodes, until it is unfolded', () => {
  const nodes = [
    node('a'),
    node('sub:x', { subgraph: 'sub', visits: 2, total_ms: 5, status: 'success', last_start: '1' }),
    node('sub:y', { subgraph: 'sub', visits: 1, running: 1, status: 'running', last_start: '2' }),
  ]
  const ways = [edge('a', 'sub:x', { taken: 2 }), edge('sub:x', 'sub:y', { taken: 1 })]
  const folded = drawn(nodes, ways)
  expect(folded.nodes.map(({ id }) => id)).toEqual(['a', 'sub'])
  expect(folded.nodes[1]).toMatchObject({
    folded: { kind: 'subgraph', size: 2 },
    node: { visits: 3, running: 1, status: 'running', total_ms: 5 },
  })
  expect(folded.edges).toMatchObject([{ from: 'a', to: 'sub', taken: 2 }])
  expect(drawn(nodes, ways, true).nodes.length).toBe(3)
})

test('a fan-out of hundreds is drawn as one node; a graph that cannot be folded is not drawn', () => {
  const workers = Array.from({ length: 300 }, (_, n) => node(`worker-${n}`, { visits: 1 }))
  const ways = workers.flatMap(({ node_id }) => [edge('a', node_id), edge(node_id, 'z')])
  const folded = drawn([node('a'), ...workers, node('z')], ways)
  expect(folded.nodes.map(({ folded: fold }) => fold?.size ?? 1)).toEqual([1, 300, 1])
  expect(folded.nodes[1]?.node.visits).toBe(300)
  const chain = Array.from({ length: MOST_NODES + 1 }, (_, n) => node(`n${n}`))
  expect(
    foldGraph(
      graph(
        chain,
        chain.slice(1).map(({ node_id }, n) => edge(`n${n}`, node_id)),
      ),
      false,
    ),
  ).toBeNull()
})

test('a name is cut between characters, wide ones sooner', () => {
  expect(fitText('answer', 150)).toBe('answer')
  expect(fitText('가'.repeat(40), 150).length).toBeLessThan(fitText('a'.repeat(40), 150).length)
  expect(fitText('👩‍👩‍👧'.repeat(40), 30)).toBe(`${'👩‍👩‍👧'.repeat(2)}…`)
})

/** Does what a diff says. */
function apply(value: unknown, { path, ...change }: Change): unknown {
  const [step, ...rest] = path
  if (step === undefined) return change.kind === 'removed' ? undefined : change.after
  const own = rest.length === 0
  if (Array.isArray(value) && typeof step === 'number') {
    if (own && change.kind === 'removed') return value.toSpliced(step, 1)
    if (own && change.kind === 'added') return value.toSpliced(step, 0, change.after)
    return value.with(step, apply(value[step], { path: rest, ...change }))
  }
  const members = new Map(Object.entries(value as object))
  if (own && change.kind === 'removed') members.delete(String(step))
  else members.set(String(step), apply(members.get(String(step)), { path: rest, ...change }))
  return Object.fromEntries(members)
}

/** What a value is once it was written and read. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('a diff that is done to what was before gives what is after', () => {
  const fits = property(jsonValue(), jsonValue(), (before, after) => {
    const [a, b] = [
      { state: before, list: [before, 1] },
      { state: after, list: [0, before, after] },
    ]
    // As JSON, since there -0 is 0.
    expect(asJson(diffJson(a, b).reduce<unknown>(apply, a))).toEqual(asJson(b))
    expect(diffJson(a, structuredClone(a))).toEqual([])
  })
  assert(fits, { numRuns: 400 })
})

test('an append is one addition, a change deep inside one change', () => {
  const before = { messages: [{ text: 'a' }, { text: 'b' }] }
  expect(diffJson(before, { messages: [...before.messages, { text: 'c' }] })).toEqual([
    { kind: 'added', path: ['messages', 2], after: { text: 'c' } },
  ])
  expect(diffJson(before, { messages: [{ text: 'a' }, { text: 'x' }] })).toEqual([
    { kind: 'changed', path: ['messages', 1, 'text'], before: 'b', after: 'x' },
  ])
})

test('a state of a thousand levels and one of a megabyte are compared', () => {
  const deep = (end: string) => Array.from({ length: 1000 }).reduce<unknown>((inner) => [inner], end)
  expect(diffJson(deep('a'), deep('b'))).toMatchObject([{ kind: 'changed', before: 'a', after: 'b' }])
  const wide = Array.from({ length: 30_000 }, (_, n) => ({ n, text: 'some text of a message' }))
  expect(diffJson(wide, wide.toSpliced(100, 1)).length).toBe(1)
})
