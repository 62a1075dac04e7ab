import type { Dialect } from './dialect.ts'

/**
 * The SDK of LangSmith, in its OpenTelemetry mode and by its own protocol, whose runs are written down under these names.
 */
export const langsmith: Dialect = {
  name: 'langsmith',
  prefixes: ['langsmith.'],
  kinds: [
    {
      key: 'langsmith.span.kind',
      types: {
        ...{ llm: 'llm', chain: 'chain', tool: 'tool', retriever: 'retriever', embedding: 'embedding' },
        ...{ prompt: 'prompt', parser: 'chain', agent: 'agent' },
      },
    },
  ],
  names: [{ key: 'langsmith.trace.name' }],
  model: ['langsmith.model'],
  input: [{ value: 'langsmith.inputs' }],
  output: [{ value: 'langsmith.outputs' }],
  usage: [
    {
      key: 'langsmith.usage_metadata',
      counts: { input: ['input_tokens'], output: ['output_tokens'], total: ['total_tokens'] },
      details: { input: ['input_token_details'], output: ['output_token_details'] },
    },
  ],
  costs: [{ key: 'langsmith.usage_metadata', total: ['total_cost'] }],
  first_token_at: ['langsmith.first_token_at'],
  user: ['langsmith.metadata.user_id', 'langsmith.metadata.userId'],
  session: [
    ...['langsmith.metadata.session_id', 'langsmith.metadata.conversation_id'],
    ...['langsmith.metadata.thread_id', 'langsmith.trace.session_id'],
  ],
  tags: ['langsmith.span.tags'],
  environment: ['langsmith.environment'],
  release: ['langsmith.metadata.revision_id'],
  metadata_prefixes: ['langsmith.metadata.'],
  exceptions_fail: ({ scope }) => scope.name.toLowerCase().includes('langsmith'),
}
