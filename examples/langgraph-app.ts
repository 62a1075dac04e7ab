/**
 * A LangGraph app whose runs are recorded by the handler: a loop, a branch, two nodes side by side, a tool, a model.
 *
 * An app of its own has @langchain/langgraph, @langchain/core and this SDK (docs/sdk.md says how it is installed).
 * In this repository, with the packages of its tests: `npm run clients langgraph`, then
 *
 *   NODE_PATH=tests/clients/langgraph/node_modules bun examples/langgraph-app.ts
 */
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { tool } from '@langchain/core/tools'
import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { LLMTraceClient } from '../sdk/typescript/src/index.ts'
import { traceGraph } from '../sdk/typescript/src/langgraph/index.ts'
import { loadEnv, traceUrl } from './env.ts'

loadEnv()
const hub = new LLMTraceClient({ environment: process.env['TRACE_ENV'] ?? 'local' })

const State = Annotation.Root({
  question: Annotation<string>,
  tries: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }),
  facts: Annotation<string[]>({ reducer: (before, next) => [...before, ...next], default: () => [] }),
  answer: Annotation<string>,
})

const findOrder = tool(async ({ id }: { id: number }) => `order ${id} was shipped on Monday`, {
  name: 'find_order',
  description: 'Finds an order by its number',
  schema: { type: 'object', properties: { id: { type: 'number' } }, required: ['id'] },
})
const model = new FakeListChatModel({
  responses: ['It was shipped.', 'Order 1042 was shipped on Monday; you may return it for 90 days.'],
})

const graph = new StateGraph(State)
  .addNode('plan', async ({ tries }) => ({ tries: tries + 1 }))
  .addNode('order', async () => ({ facts: [String(await findOrder.invoke({ id: 1042 }))] }))
  .addNode('policy', async () =>
    // A span of the app's own hangs under the node that it runs in.
    hub.span('read policy', { type: 'retriever' }, async (span) => {
      span.set({ output: ['refund-v3'] })
      return { facts: ['shoes may come back for 90 days'] }
    }),
  )
  .addNode('write', async ({ question, facts }) => {
    const said = await model.invoke(`${facts.join('; ')}\n\n${question}`)
    return { answer: String(said.content) }
  })
  .addEdge(START, 'plan')
  .addEdge('plan', 'order')
  .addEdge('plan', 'policy')
  .addEdge(['order', 'policy'], 'write')
  // An answer that does not speak of returns is written once more.
  .addConditionalEdges('write', ({ answer, tries }) => (/return/.test(answer) || tries > 2 ? END : 'plan'), [
    'plan',
    END,
  ])
  .compile()

const app = traceGraph(hub, graph, { name: 'order_assistant', userId: 'user-1' })
const question = 'Where is order 1042, and may I still return it?'
let traceId = ''
const { answer } = await hub.trace('chat', { input: question }, async (trace) => {
  ;({ traceId } = trace)
  return app.invoke({ question })
})
await hub.flush()
console.log(`${answer}\n${traceUrl(traceId)}`)
