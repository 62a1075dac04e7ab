import { afterAll, expect, test } from 'bun:test'
import { getGraph } from '#shared/contract/graph.ts'
import { nanos, openOtlp, otlpSpan, spanId, traceId } from './open-otlp.ts'

const hub = await openOtlp()
afterAll(hub.stop)

type Visit = {
  node: string
  step: number
  ns?: string
  triggers?: string[]
  name?: string
  parent?: string
  id?: string
}

/** A span as LangChain's metadata makes it, in the dialect of OpenInference. */
const visit = (trace: string, run: string, { node, step, ns, triggers, name, parent, id }: Visit) =>
  otlpSpan(trace, {
    ...{ spanId: id ?? spanId(), parentSpanId: parent ?? run, name: name ?? node },
    ...{ startTimeUnixNano: nanos(step), endTimeUnixNano: nanos(step + 0.5) },
    attributes: {
      'openinference.span.kind': 'CHAIN',
      metadata: JSON.stringify({
        ...{ langgraph_node: node, langgraph_step: step, thread_id: 't-1' },
        langgraph_checkpoint_ns: ns ?? `${node}:${crypto.randomUUID()}`,
        langgraph_triggers: triggers ?? [`branch:to:${node}`],
      }),
    },
  })

async function graphOf(visits: Visit[], spoken = false) {
  const project = await hub.mint()
  const [trace, run] = [traceId(), spanId()]
  const root = otlpSpan(trace, {
    spanId: run,
    name: 'graph',
    startTimeUnixNano: nanos(0),
    endTimeUnixNano: nanos(9),
  })
  const spans = [root, ...visits.map((each) => visit(trace, run, each))]
  expect(await hub.send(project, spoken ? spans : spans.toReversed())).toMatchObject({ rejected: 0 })
  const { nodes, edges } = await hub.ask(project, getGraph, { params: { trace_id: trace } })
  return {
    nodes: Object.fromEntries(nodes.map(({ node_id, visits: count }) => [node_id, count])),
    edges: edges
      .map(({ from, to, taken, inferred }) => `${from} ${to} ${taken}${inferred ? ' inferred' : ''}`)
      .toSorted(),
  }
}

test('a loop: each visit counts, and ways by one candidate are marked as inferred', async () => {
  const { nodes, edges } = await graphOf([
    { node: '__start__', step: 0, triggers: ['__start__'] },
    { node: 'plan', step: 1 },
    { node: 'plan', step: 2 },
    { node: 'act', step: 3 },
  ])
  expect(nodes).toEqual({ plan: 2, act: 1 })
  expect(edges).toEqual(['plan act 1 inferred', 'plan plan 1 inferred'])
})

test('what runs inside a node carries its metadata and is no visit', async () => {
  const ns = `plan:${crypto.randomUUID()}`
  const id = spanId()
  const { nodes } = await graphOf([
    { node: 'plan', step: 1, ns, id },
    { node: 'plan', step: 1, ns, name: 'RunnableLambda', parent: id },
    { node: 'plan', step: 1, ns, name: 'ChatOpenAI', parent: id },
  ])
  expect(nodes).toEqual({ plan: 1 })
})

test('a join names where it was come from: those ways are fact', async () => {
  const { edges } = await graphOf([
    { node: 'fan', step: 1 },
    { node: 'left', step: 2 },
    { node: 'right', step: 2 },
    { node: 'merge', step: 3, triggers: ['join:left+right:merge'] },
  ])
  expect(edges).toEqual(['fan left 1 inferred', 'fan right 1 inferred', 'left merge 1', 'right merge 1'])
})

test('langfuse#7200: between parallel branches no way is shown as fact', async () => {
  const { edges } = await graphOf([
    { node: 'a', step: 1 },
    { node: 'b', step: 2 },
    { node: 'c', step: 2 },
    { node: 'd', step: 3 },
  ])
  expect(edges).toEqual(['a b 1 inferred', 'a c 1 inferred', 'b d 1 inferred', 'c d 1 inferred'])
})

test('langfuse#9427, #7417: a graph in a node is a graph of its own, whose steps begin again', async () => {
  const outer = `review:${crypto.randomUUID()}`
  const id = spanId()
  const inner = spanId()
  const { nodes, edges } = await graphOf([
    { node: 'plan', step: 1 },
    { node: 'review', step: 2, ns: outer, id },
    { node: 'write', step: 1, ns: `${outer}|write:${crypto.randomUUID()}`, parent: inner },
    { node: 'check', step: 2, ns: `${outer}|check:${crypto.randomUUID()}`, parent: inner },
    { node: 'act', step: 3 },
  ])
  expect(nodes).toEqual({ plan: 1, review: 1, 'review:write': 1, 'review:check': 1, act: 1 })
  expect(edges).toEqual([
    'plan review 1 inferred',
    'review act 1 inferred',
    'review:write review:check 1 inferred',
  ])
})

test('Send visits one node several times in one step', async () => {
  const { nodes, edges } = await graphOf([
    { node: 'split', step: 1 },
    { node: 'map', step: 2, triggers: ['__pregel_push'] },
    { node: 'map', step: 2, triggers: ['__pregel_push'] },
    { node: 'gather', step: 3 },
  ])
  expect(nodes).toEqual({ split: 1, map: 2, gather: 1 })
  expect(edges).toEqual(['map gather 1 inferred', 'split map 2 inferred'])
})
