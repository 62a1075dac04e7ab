import { quote, type Integration } from './integration.ts'
import { INSTALL } from './typescript.ts'

/** LangGraph by the hub's own handler, which sends the graph itself. */
export const langgraph: Integration = {
  id: 'langgraph',
  title: 'LangGraph',
  steps: ({ api, key, question, answer }) => [
    {
      id: 'langgraph-install',
      kind: 'install',
      text: `${INSTALL}\nnpm install --prefix ../my-app @langchain/langgraph @langchain/core`,
    },
    {
      id: 'langgraph',
      kind: 'code',
      text: `import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { LLMTraceClient } from 'llm-trace-hub'
import { traceGraph } from 'llm-trace-hub/langgraph'

const State = Annotation.Root({ question: Annotation(), answer: Annotation() })
const graph = new StateGraph(State)
  .addNode('route', async () => ({}))
  .addNode('reply', async () => ({ answer: ${quote(answer)} }))
  .addEdge(START, 'route')
  .addEdge('route', 'reply')
  .addEdge('reply', END)
  .compile()

const hub = new LLMTraceClient({ baseUrl: ${quote(api)}, apiKey: ${quote(key)} })
const app = traceGraph(hub, graph, { name: 'hello' })
await app.invoke({ question: ${quote(question)} })
await hub.flush()`,
    },
  ],
}
