import type { Dialect } from './dialect.ts'

/** The SDK of Langfuse, version 4 and 5, over OpenTelemetry. */
export const langfuse: Dialect = {
  name: 'langfuse',
  prefixes: ['langfuse.'],
  kinds: [
    {
      key: 'langfuse.observation.type',
      types: {
        ...{
          generation: 'llm',
          embedding: 'embedding',
          retriever: 'retriever',
          tool: 'tool',
          agent: 'agent',
        },
        ...{ chain: 'chain', evaluator: 'judge', guardrail: 'guardrail', event: 'event', span: 'span' },
      },
    },
  ],
  model: ['langfuse.observation.model.name', 'langfuse.observation.model'],
  provider: ['langfuse.observation.metadata.ls_provider'],
  input: [{ value: 'langfuse.observation.input' }],
  output: [{ value: 'langfuse.observation.output' }],
  buckets: ['langfuse.observation.usage_details'],
  // What OpenAI answered, passed on as it is: its buckets stand inside the input and the output.
  usage: [
    {
      key: 'langfuse.observation.usage_details',
      counts: {},
      details: {
        input: ['prompt_tokens_details', 'input_tokens_details'],
        output: ['completion_tokens_details', 'output_tokens_details'],
      },
    },
  ],
  costs: [{ key: 'langfuse.observation.cost_details', total: ['total'] }],
  first_token_at: ['langfuse.observation.completion_start_time'],
  user: ['langfuse.user.id', 'langfuse.trace.userId'],
  session: ['langfuse.session.id', 'langfuse.trace.sessionId'],
  tags: ['langfuse.trace.tags'],
  environment: ['langfuse.environment'],
  release: ['langfuse.release', 'langfuse.version'],
  trace_name: ['langfuse.trace.name'],
  trace_input: ['langfuse.trace.input'],
  trace_output: ['langfuse.trace.output'],
  metadata: ['langfuse.observation.metadata'],
  metadata_prefixes: ['langfuse.trace.metadata.', 'langfuse.observation.metadata.'],
  failure: {
    key: 'langfuse.observation.level',
    words: ['ERROR'],
    message: 'langfuse.observation.status_message',
  },
}
