import { LLMTraceClient } from '../sdk/typescript/src/index.ts'
import { loadEnv, traceUrl } from './env.ts'

// A LangGraph run of three nodes, told while it happens: open its page and see the nodes turn.
loadEnv()
const hub = new LLMTraceClient({ environment: process.env['TRACE_ENV'] ?? 'local' })
const PAUSE_MS = Number(process.env['EXAMPLE_PAUSE_MS'] ?? 1000)

const pause = async () => {
  await hub.flush()
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
}

const question = '환불 규정 알려줘'
const traceId = hub.startLanggraphRun({
  graphName: 'agent_router',
  runId: `lg-run-${Date.now()}`,
  inputText: question,
  model: 'gpt-4.1-mini',
  graph: {
    nodes: ['__start__', 'router', 'policy_lookup', 'small_talk', 'answer', '__end__'].map((id) => ({ id })),
    edges: [
      { source: '__start__', target: 'router' },
      { source: 'router', target: 'policy_lookup', conditional: true },
      { source: 'router', target: 'small_talk', conditional: true },
      { source: 'policy_lookup', target: 'answer' },
      { source: 'small_talk', target: 'answer' },
      { source: 'answer', target: '__end__' },
    ],
  },
})
console.log(traceUrl(traceId))

hub.startLanggraphNode({
  nodeId: 'router',
  nodeName: 'intent_router',
  nodeType: 'router',
  inputState: { question },
})
await pause()
hub.endLanggraphNode({ nodeId: 'router', outputState: { route: 'policy_lookup' } })

hub.startLanggraphNode({
  nodeId: 'policy_lookup',
  nodeType: 'tool',
  parentNodeId: 'router',
  inputState: { route: 'policy_lookup' },
})
await pause()
hub.endLanggraphNode({ nodeId: 'policy_lookup', outputState: { policy_id: 'refund-v3' } })

hub.startLanggraphNode({ nodeId: 'answer', nodeType: 'llm', parentNodeId: 'policy_lookup' })
await pause()
hub.endLanggraphNode({
  nodeId: 'answer',
  outputState: { answer: '7일 안에 환불할 수 있습니다.' },
  tokenUsage: { prompt_tokens: 321, completion_tokens: 88 },
})

hub.endLanggraphRun({ outputText: '7일 안에 환불할 수 있습니다.' })
await hub.flush()
