import type { Dialect } from './dialect.ts'

/** OpenInference, the conventions of Arize and Phoenix. */
export const openinference: Dialect = {
  name: 'openinference',
  prefixes: [
    ...['openinference.', 'llm.', 'input.', 'output.', 'retrieval.', 'embedding.', 'tool.', 'tag.'],
    ...['session.', 'user.', 'metadata', 'reranker.'],
  ],
  kinds: [
    {
      key: 'openinference.span.kind',
      types: {
        ...{ LLM: 'llm', EMBEDDING: 'embedding', RETRIEVER: 'retriever', RERANKER: 'reranker', TOOL: 'tool' },
        ...{ AGENT: 'agent', CHAIN: 'chain', GUARDRAIL: 'guardrail', EVALUATOR: 'judge', PROMPT: 'prompt' },
      },
    },
  ],
  model: ['llm.model_name', 'embedding.model_name', 'reranker.model_name'],
  provider: ['llm.provider', 'llm.system'],
  input: [{ indexed: 'llm.input_messages', inner: 'message' }, { value: 'input.value' }],
  output: [
    { indexed: 'llm.output_messages', inner: 'message' },
    { documents: 'retrieval.documents' },
    { documents: 'reranker.output_documents' },
    { value: 'output.value' },
  ],
  counts: {
    input: ['llm.token_count.prompt'],
    output: ['llm.token_count.completion'],
    total: ['llm.token_count.total'],
    cache_read: [
      ...['llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_input'],
      'llm.token_count.prompt.cache_read',
    ],
    cache_write: ['llm.token_count.prompt_details.cache_write', 'llm.token_count.prompt.cache_write'],
    reasoning: ['llm.token_count.completion_details.reasoning', 'llm.token_count.completion.reasoning'],
  },
  cost: ['llm.cost.total'],
  user: ['user.id'],
  session: ['session.id'],
  tags: ['tag.tags'],
  metadata: ['metadata'],
}
