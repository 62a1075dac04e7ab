import { LLMTraceClient, type NodeEnd } from '../sdk/typescript/src/index.ts'
import { loadEnv, traceUrl } from './env.ts'

// Nine nodes with two branches side by side and pauses to watch; the answer is OpenAI's with OPENAI_API_KEY, made up without.
loadEnv()
const hub = new LLMTraceClient({ environment: process.env['TRACE_ENV'] ?? 'local' })
const PAUSE_MS = Number(process.env['EXAMPLE_PAUSE_MS'] ?? 800)
const MODEL = 'gpt-4.1-mini'

type Answer = { text: string; usage: { prompt_tokens: number; completion_tokens: number } }

/** About four characters are a token. */
const tokens = (text: string) => Math.ceil(text.length / 4)

function madeUp(prompt: string): Answer {
  const text = `A made-up answer to: ${prompt}`
  return { text, usage: { prompt_tokens: tokens(prompt), completion_tokens: tokens(text) } }
}

async function ask(prompt: string): Promise<Answer> {
  const key = process.env['OPENAI_API_KEY']
  if (!key) return madeUp(prompt)
  const response = await fetch('https://api.openai.com/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: MODEL, temperature: 0.2, messages: [{ role: 'user', content: prompt }] }),
  })
  if (!response.ok) throw new Error(`OpenAI answered ${response.status}`)
  // The shape that OpenAI documents; what is missing is left empty.
  const said = (await response.json()) as {
    choices?: { message?: { content?: string } }[]
    usage?: Answer['usage']
  }
  const text = said.choices?.[0]?.message?.content ?? ''
  return { text, usage: said.usage ?? { prompt_tokens: tokens(prompt), completion_tokens: tokens(text) } }
}

/** Begins a node, waits a moment for who watches, does its work, ends it. */
async function node(
  nodeId: string,
  nodeType: string,
  parentNodeId: string | string[] | null,
  work: () => Promise<Omit<NodeEnd, 'nodeId'>>,
) {
  hub.startLanggraphNode({ nodeId, nodeType, parentNodeId, metadata: { example: true } })
  await hub.flush()
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  hub.endLanggraphNode({ nodeId, ...(await work()) })
}

const gives = (outputState: Record<string, unknown>) => async () => ({ outputState })

const question = 'Where is order 1042, and may I still return it?'
const traceId = hub.startLanggraphRun({
  graphName: 'order_assistant',
  runId: `lg-complex-${Date.now()}`,
  inputText: question,
  model: MODEL,
})
console.log(traceUrl(traceId))

await node('input_guard', 'guardrail', null, gives({ allowed: true }))
await node('query_rewriter', 'llm', 'input_guard', async () => {
  const { text, usage } = await ask(`Rewrite as a search query: ${question}`)
  return { outputState: { query: text }, tokenUsage: { model: MODEL, ...usage } }
})
await Promise.all([
  node('retrieval_web', 'retriever', 'query_rewriter', gives({ pages: 3 })),
  node('retrieval_order_db', 'tool', 'query_rewriter', gives({ order: { id: 1042, state: 'shipped' } })),
])
await node('evidence_ranker', 'reranker', 'retrieval_web', gives({ kept: 2 }))
await node(
  'action_planner',
  'planner',
  ['evidence_ranker', 'retrieval_order_db'],
  gives({ plan: ['read the order', 'answer'] }),
)
await node('sql_executor', 'tool', 'action_planner', gives({ rows: 1 }))

let answer = ''
await node('answer_generator', 'llm', 'sql_executor', async () => {
  const { text, usage } = await ask(question)
  answer = text
  return { outputState: { answer }, tokenUsage: { model: MODEL, ...usage } }
})
await node('safety_reviewer', 'guardrail', 'answer_generator', gives({ safe: true }))

hub.endLanggraphRun({ outputText: answer })
await hub.flush()
