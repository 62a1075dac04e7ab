import type { Dialect } from './dialect.ts'

/** OpenLLMetry and the SDK of Traceloop. */
export const traceloop: Dialect = {
  name: 'traceloop',
  prefixes: ['traceloop.', 'llm.', 'gen_ai.'],
  kinds: [
    {
      key: 'traceloop.span.kind',
      types: { workflow: 'chain', task: 'chain', agent: 'agent', tool: 'tool' },
    },
    {
      key: 'llm.request.type',
      types: { chat: 'llm', completion: 'llm', embedding: 'embedding', rerank: 'reranker' },
    },
  ],
  names: [{ key: 'traceloop.entity.name' }],
  model: ['llm.response.model', 'llm.request.model'],
  provider: ['llm.vendor'],
  input: [{ indexed: 'llm.prompts' }, { value: 'traceloop.entity.input' }],
  output: [{ indexed: 'llm.completions' }, { value: 'traceloop.entity.output' }],
  counts: {
    input: ['llm.usage.prompt_tokens'],
    output: ['llm.usage.completion_tokens'],
    total: ['llm.usage.total_tokens'],
    cache_read: ['llm.usage.cache_read_input_tokens'],
  },
  user: ['traceloop.association.properties.user_id', 'traceloop.association.properties.userId'],
  session: [
    ...['traceloop.association.properties.session_id', 'traceloop.association.properties.sessionId'],
    ...['traceloop.association.properties.thread_id', 'traceloop.association.properties.chat_id'],
  ],
  trace_name: ['traceloop.workflow.name'],
  metadata_prefixes: ['traceloop.association.properties.'],
}
