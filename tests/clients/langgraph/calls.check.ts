import { afterAll, expect, test } from 'bun:test'
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { FakeListChatModel, FakeRetriever } from '@langchain/core/utils/testing'
import { AIMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { END, START, StateGraph } from '@langchain/langgraph'
import { TraceHubCallbackHandler, traceGraph } from '../../../sdk/typescript/src/langgraph/index.ts'
import { openGraphs, State, step } from './graphs.ts'

const { hub, told } = await openGraphs()
afterAll(hub.stop)

test('models, tools and retrievers hang under their node, and tokens count once', async () => {
  const { project, client } = await hub.open()
  const answer = new AIMessage({
    content: 'forty-two',
    usage_metadata: {
      input_tokens: 120,
      output_tokens: 24,
      total_tokens: 144,
      input_token_details: { cache_read: 40 },
    },
    response_metadata: { model_name: 'gpt-4.1-mini' },
  })
  class Model extends BaseChatModel {
    override _llmType() {
      return 'fake'
    }
    override async _generate() {
      return { generations: [{ text: 'forty-two', message: answer }] }
    }
  }
  const model = new Model({})
  const lookup = tool(async ({ id }: { id: number }) => `order ${id}`, {
    name: 'lookup',
    description: 'Finds an order',
    schema: { type: 'object', properties: { id: { type: 'number' } } },
  })
  const retriever = new FakeRetriever()
  const app = traceGraph(
    client,
    new StateGraph(State)
      .addNode('answer', async (_, config) => {
        await retriever.invoke('orders', config)
        await lookup.invoke({ id: 7 }, config)
        await model.invoke('what is it?', config)
        return { log: ['answer'] }
      })
      .addEdge(START, 'answer')
      .addEdge('answer', END)
      .compile(),
  )
  await app.invoke({ n: 0 })
  const { trace, spans, spanOf } = await told(project, client)
  expect(trace).toMatchObject({
    input_tokens: 120,
    output_tokens: 24,
    has_open_spans: false,
    status: 'success',
  })
  const visit = spanOf('answer')?.id ?? 'none'
  const below = spans.filter(({ parent_span_id }) => parent_span_id === visit)
  expect(below.map(({ span_type }) => span_type).toSorted()).toEqual(['llm', 'retriever', 'tool'])
  expect(spanOf('lookup')).toMatchObject({ input: { id: 7 }, output: 'order 7' })
  expect(below.find(({ span_type }) => span_type === 'llm')).toMatchObject({
    ...{ model: 'gpt-4.1-mini', cache_read_tokens: 40, output: { role: 'assistant', content: 'forty-two' } },
    input: [{ role: 'user', content: 'what is it?' }],
  })
})

test('inside a trace of the app a graph is a span; a model alone is a trace', async () => {
  const { project, client } = await hub.open()
  const handler = new TraceHubCallbackHandler(client)
  const graph = new StateGraph(State)
    .addNode('only', step('only'))
    .addEdge(START, 'only')
    .addEdge('only', END)
    .compile()
  await client.trace('request', async () => graph.invoke({ n: 0 }, { callbacks: [handler] }))
  const inner = await told(project, client)
  expect(inner.trace).toMatchObject({ name: 'request', total_spans: 3, ended_spans: 3, status: 'success' })
  await new FakeListChatModel({ responses: ['hi'] }).invoke('hello', { callbacks: [handler] })
  const alone = await told(project, client)
  expect(alone.trace).toMatchObject({ total_spans: 2, ended_spans: 2, status: 'success' })
})
