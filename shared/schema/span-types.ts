/**
 * The kinds of span that the hub knows: OpenTelemetry GenAI, OpenInference and the MVP's own.
 * Any other text is kept as sent and shown as a plain span.
 */
export const SPAN_TYPES = {
  span: 'Span',
  task: 'Task',
  root: 'Root',
  llm: 'LLM call',
  embedding: 'Embedding',
  retriever: 'Retriever',
  reranker: 'Reranker',
  tool: 'Tool',
  agent: 'Agent',
  chain: 'Chain',
  decision: 'Decision',
  judge: 'Judge',
  guardrail: 'Guardrail',
  prompt: 'Prompt',
  event: 'Event',
  langgraph_node: 'LangGraph node',
} as const satisfies Record<string, string>

export type SpanType = keyof typeof SPAN_TYPES

export const LANGGRAPH_NODE = 'langgraph_node'

/** The gate's own span on a trace; the judges of the decision are its children. */
export const DECISION = 'decision'

export const isSpanType = (text: string): text is SpanType => Object.hasOwn(SPAN_TYPES, text)
