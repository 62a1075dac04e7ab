/**
 * One LangGraph app for every client: a loop, a branch, parallel nodes and their join, a graph in a node, Send, a tool
 * that fails, an interrupt and its resume. The modules are handed in, since each client has its own copy.
 */
export function buildApp({ graph, models, messages, tools }) {
  const { Annotation, Command, END, interrupt, MemorySaver, Send, START, StateGraph } = graph
  const State = Annotation.Root({
    n: Annotation({ reducer: (_, next) => next, default: () => 0 }),
    log: Annotation({ reducer: (before, next) => [...before, ...next], default: () => [] }),
  })
  class Model extends models.BaseChatModel {
    _llmType() {
      return 'fake'
    }
    async _generate() {
      const message = new messages.AIMessage({
        content: 'forty-two',
        usage_metadata: {
          input_tokens: 120,
          output_tokens: 34,
          total_tokens: 154,
          input_token_details: { cache_read: 40 },
        },
        response_metadata: { model_name: 'gpt-4.1-mini' },
      })
      return {
        generations: [{ text: 'forty-two', message }],
        llmOutput: { tokenUsage: { promptTokens: 120, completionTokens: 34, totalTokens: 154 } },
      }
    }
  }
  const model = new Model({})
  const broken = tools.tool(
    async () => {
      throw new TypeError('bad tool')
    },
    { name: 'broken', description: 'Fails', schema: { type: 'object', properties: {} } },
  )
  const step = (name) => async () => ({ log: [name] })
  const inner = new StateGraph(State).addNode('write', step('write')).addNode('check', step('check'))
  inner.addEdge(START, 'write').addEdge('write', 'check').addEdge('check', END)
  const app = new StateGraph(State)
    .addNode('plan', async ({ n }, config) => {
      await model.invoke([new messages.HumanMessage('what is it?')], config)
      return { n: n + 1, log: ['plan'] }
    })
    .addNode('fan', step('fan'))
    .addNode('left', step('left'))
    .addNode('right', step('right'))
    .addNode('review', inner.compile())
    .addNode('map', async ({ n }) => ({ log: [`map ${n}`] }))
    .addNode('act', async (_, config) => {
      await broken.invoke({}, config).catch(() => undefined)
      return { log: ['act'] }
    })
    .addNode('approve', async () => ({ log: [interrupt('may I?')] }))
    .addEdge(START, 'plan')
    .addConditionalEdges('plan', ({ n }) => (n < 2 ? 'plan' : 'fan'), ['plan', 'fan'])
    .addEdge('fan', 'left')
    .addEdge('fan', 'right')
    .addEdge(['left', 'right'], 'review')
    .addConditionalEdges('review', () => [new Send('map', { n: 1 }), new Send('map', { n: 2 })], ['map'])
    .addEdge('map', 'act')
    .addEdge('act', 'approve')
    .addEdge('approve', END)
    .compile({ checkpointer: new MemorySaver(), name: 'shop' })
  return {
    app,
    /** Runs to the question, then answers it. */
    async play(config = {}) {
      const thread = { ...config, configurable: { thread_id: 'thread-1' } }
      await app.invoke({ n: 0 }, thread)
      return app.invoke(new Command({ resume: 'yes' }), thread)
    },
  }
}

/** How often each node was visited, over both runs; the node that asked was begun twice. */
export const VISITS = {
  ...{ plan: 2, fan: 1, left: 1, right: 1, review: 1, 'review:write': 1, 'review:check': 1 },
  ...{ map: 2, act: 1, approve: 2 },
}

/** The ways that it took. Fixed edges are on no wire: where they led is inferred. */
export const WAYS = [
  'act approve 1 inferred',
  'fan left 1 inferred',
  'fan right 1 inferred',
  'left review 1',
  'map act 1 inferred',
  'plan fan 1',
  'plan plan 1',
  'review map 2',
  'review:write review:check 1 inferred',
  'right review 1',
]
