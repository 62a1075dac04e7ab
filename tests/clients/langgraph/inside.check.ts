import { afterAll, expect, test } from 'bun:test'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { tool } from '@langchain/core/tools'
import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { testHub } from '../../../shared/testing/hub.ts'
import { decide } from '../../../decide/service.ts'
import { ingest } from '../../../ingest/service.ts'
import { query } from '../../../query/service.ts'
import { LLMTraceClient } from '../../../sdk/typescript/src/index.ts'
import { traceGraph } from '../../../sdk/typescript/src/langgraph/index.ts'
import { wrapOpenAI } from '../../../sdk/typescript/src/openai/index.ts'
import { openClients } from '../../sdk/open-client.ts'

const hub = await openClients()
afterAll(hub.stop)

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (before, next) => [...before, ...next], default: () => [] }),
})

type Node = () => Promise<{ log: string[] }>

/** A graph of these nodes, side by side. */
const sideBySide = (nodes: Record<string, Node>) => {
  const graph = new StateGraph(State).addNode(nodes)
  for (const name of Object.keys(nodes)) {
    // Names that are known at run time only; LangGraph checks them when it compiles.
    const known = name as unknown as typeof START
    graph.addEdge(START, known).addEdge(known, END)
  }
  return graph.compile()
}

/** The only trace of a client: each span as `name < parent`, the roots as they are. */
async function told(project: Awaited<ReturnType<typeof hub.mint>>, client: LLMTraceClient) {
  await client.flush()
  expect(client.stats()).toMatchObject({ dropped: 0, rejected: 0, faults: 0 })
  const response = await hub.api.request('GET', '/api/v1/traces?page_size=10', { key: project.key })
  const { items } = (await response.json()) as { items: { id: string }[] }
  expect(items).toHaveLength(1)
  const { spans, ...rest } = await hub.traceOf(project, items[0]?.id ?? '')
  const nameOf = (id: string | null) => spans.find((span) => span.id === id)?.name
  const ways = spans
    .filter(({ parent_span_id }) => parent_span_id !== null)
    .map(({ name, parent_span_id }) => `${name} < ${nameOf(parent_span_id)}`)
  return { ...rest, spans, nameOf, ways: ways.toSorted() }
}

const inNode =
  (client: LLMTraceClient, name: string): Node =>
  async () => {
    await client.span(`${name} work`, async () => {
      await Bun.sleep(1)
      await client.span(`${name} inner`, async () => Bun.sleep(1))
    })
    client.logEvent(`said in ${name}`)
    return { log: [name] }
  }

test('spans of the app in a node hang under that node, with no trace around the run', async () => {
  const { project, client } = await hub.open()
  const nodes = { a: inNode(client, 'a'), b: inNode(client, 'b') }
  await traceGraph(client, sideBySide(nodes), { name: 'graph' }).invoke({ log: [] })
  const { ways, trace } = await told(project, client)
  expect(ways).toEqual([
    ...['a < graph', 'a inner < a work', 'a work < a'],
    ...['b < graph', 'b inner < b work', 'b work < b'],
  ])
  expect(trace).toMatchObject({ status: 'success', has_open_spans: false })
})

test('and with a trace around the run', async () => {
  const { project, client } = await hub.open()
  const app = traceGraph(client, sideBySide({ a: inNode(client, 'a') }), { name: 'graph' })
  await client.trace('request', async () => {
    await app.invoke({ log: [] })
    await client.span('after', async () => {})
  })
  const { ways } = await told(project, client)
  expect(ways).toEqual(['a < graph', 'a inner < a work', 'a work < a', 'after < request', 'graph < request'])
})

test('an OpenAI call, an observed function and imperative spans in nodes hang under them too', async () => {
  const { project, client } = await hub.open()
  const completion = { model: 'gpt-4.1-mini', choices: [{ message: { role: 'assistant', content: 'hi' } }] }
  const openai = wrapOpenAI(client, { chat: { completions: { create: async (_: object) => completion } } })
  const observed = client.observe(async function lookup() {
    return 'found'
  })
  const app = traceGraph(
    client,
    sideBySide({
      calls: async () => {
        await openai.chat.completions.create({ model: 'gpt-4.1-mini', messages: [] })
        await observed()
        return { log: [] }
      },
      one: async () => {
        client.startSpan('first')
        await Bun.sleep(2)
        client.startSpan('below first')
        client.endSpan()
        client.endSpan()
        return { log: [] }
      },
      two: async () => {
        client.startSpan('second')
        await Bun.sleep(1)
        client.endSpan()
        return { log: [] }
      },
    }),
    { name: 'graph' },
  )
  await app.invoke({ log: [] })
  const { ways } = await told(project, client)
  expect(ways.filter((way) => !way.endsWith('< graph'))).toEqual([
    'below first < first',
    'chat.completions.create < calls',
    'first < one',
    'lookup < calls',
    'second < two',
  ])
})

test('an answer that is guarded in a node is decided for the trace of the run', async () => {
  const deciding = await testHub([ingest, decide, query])
  afterAll(deciding.stop)
  const { key } = await deciding.mint()
  const client = new LLMTraceClient({
    ...{ baseUrl: 'http://localhost', apiKey: key, exitTimeoutMs: 0 },
    fetch: async (url, init) => deciding.api.fetch(new Request(url, init)),
  })
  let decided: { action: string; traceId: string | null; around: string | undefined } | undefined
  const app = traceGraph(
    client,
    sideBySide({
      answer: async () => {
        const { action, traceId } = await client.guard('Your order is on its way.', { input: 'Where is it?' })
        decided = { action, traceId, around: client.getContext()?.traceId }
        return { log: [] }
      },
    }),
  )
  await app.invoke({ log: [] })
  await client.flush()
  const response = await deciding.api.request('GET', '/api/v1/traces', { key })
  const { items } = (await response.json()) as { items: { id: string }[] }
  expect(items).toHaveLength(1)
  const trace_id = items[0]?.id ?? 'none'
  expect(decided).toEqual({ action: 'ALLOW_ANSWER', traceId: trace_id, around: trace_id })
})

test('models and tools in a span of the app hang under it, and spans in a tool under the tool', async () => {
  const { project, client } = await hub.open()
  const model = new FakeListChatModel({ responses: ['hi'] })
  const lookup = tool(
    async () => {
      await client.span('query', async () => Bun.sleep(1))
      return 'order 7'
    },
    { name: 'lookup', description: 'Finds an order', schema: { type: 'object', properties: {} } },
  )
  const app = traceGraph(
    client,
    sideBySide({
      answer: async () => {
        await client.span('think', async () => {
          await model.invoke('hello')
          await lookup.invoke({})
        })
        await model.invoke('hello again')
        return { log: [] }
      },
    }),
    { name: 'graph' },
  )
  await app.invoke({ log: [] })
  const { ways } = await told(project, client)
  expect(ways).toEqual([
    'FakeListChatModel < answer',
    'FakeListChatModel < think',
    'answer < graph',
    'lookup < think',
    'query < lookup',
    'think < answer',
  ])
})

test('a traced graph in a node of a traced graph is told once', async () => {
  const { project, client } = await hub.open()
  const inner = traceGraph(client, sideBySide({ write: async () => ({ log: ['write'] }) }), { name: 'inner' })
  const outer = sideBySide({ review: async () => inner.invoke({ log: [] }) })
  await traceGraph(client, outer, { name: 'outer' }).invoke({ log: [] })
  const { spans, ways, trace } = await told(project, client)
  expect(spans.map(({ name }) => name).toSorted()).toEqual(['outer', 'review', 'write'])
  expect(ways).toEqual(['review < outer', 'write < review'])
  expect(trace).toMatchObject({ total_spans: 3, ended_spans: 3, status: 'success' })
})

test('two clients that trace one run each keep their own spans', async () => {
  const [first, second] = [await hub.open(), await hub.open()]
  const graph = sideBySide({
    a: async () => {
      await first.client.span('of the first', async () => second.client.span('of the second', async () => {}))
      return { log: [] }
    },
  })
  const app = traceGraph(second.client, traceGraph(first.client, graph, { name: 'graph' }), { name: 'graph' })
  await app.invoke({ log: [] })
  expect((await told(first.project, first.client)).ways).toEqual(['a < graph', 'of the first < a'])
  expect((await told(second.project, second.client)).ways).toEqual(['a < graph', 'of the second < a'])
})
