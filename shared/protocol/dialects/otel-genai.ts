import type { Dialect } from './dialect.ts'

const MESSAGE_EVENTS = {
  'gen_ai.system.message': 'system',
  'gen_ai.user.message': 'user',
  'gen_ai.assistant.message': 'assistant',
  'gen_ai.tool.message': 'tool',
}

/** OpenTelemetry's conventions for generative AI, the present ones and those before them. */
export const otelGenai: Dialect = {
  name: 'otel_genai',
  prefixes: ['gen_ai.', 'enduser.'],
  kinds: [
    {
      key: 'gen_ai.operation.name',
      types: {
        ...{ chat: 'llm', text_completion: 'llm', generate_content: 'llm', completion: 'llm' },
        ...{ embeddings: 'embedding', retrieval: 'retriever', execute_tool: 'tool' },
        ...{ invoke_agent: 'agent', create_agent: 'agent', invoke_workflow: 'chain', workflow: 'chain' },
        ...{ plan: 'chain', agent_step: 'chain', chain: 'chain' },
      },
    },
  ],
  names: [
    { key: 'gen_ai.tool.name', of: ['tool'] },
    { key: 'gen_ai.agent.name', of: ['agent'] },
  ],
  model: ['gen_ai.response.model', 'gen_ai.request.model'],
  provider: ['gen_ai.provider.name', 'gen_ai.system'],
  instructions: ['gen_ai.system_instructions'],
  input: [
    { value: 'gen_ai.input.messages' },
    { value: 'gen_ai.tool.call.arguments' },
    { value: 'gen_ai.retrieval.query.text' },
    { event: 'gen_ai.client.inference.operation.details', attribute: 'gen_ai.input.messages' },
    { events: MESSAGE_EVENTS },
    { event: 'gen_ai.content.prompt', attribute: 'gen_ai.prompt' },
    { indexed: 'gen_ai.prompt' },
    { value: 'gen_ai.prompt' },
  ],
  output: [
    { value: 'gen_ai.output.messages' },
    { value: 'gen_ai.tool.call.result' },
    { value: 'gen_ai.retrieval.documents' },
    { event: 'gen_ai.client.inference.operation.details', attribute: 'gen_ai.output.messages' },
    { events: { 'gen_ai.choice': 'assistant' } },
    { event: 'gen_ai.content.completion', attribute: 'gen_ai.completion' },
    { indexed: 'gen_ai.completion' },
    { value: 'gen_ai.completion' },
  ],
  counts: {
    input: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
    output: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
    total: ['gen_ai.usage.total_tokens'],
    cache_read: [
      ...['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens'],
      ...['gen_ai.usage.input_tokens.cached', 'gen_ai.usage.cached_tokens'],
    ],
    cache_write: ['gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cache_creation_input_tokens'],
    reasoning: ['gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens'],
  },
  cost: ['gen_ai.usage.cost', 'gen_ai.usage.total_cost'],
  first_token: [
    { key: 'gen_ai.response.time_to_first_chunk', to_ms: 1000 },
    { key: 'gen_ai.client.operation.time_to_first_chunk', to_ms: 1000 },
    { key: 'gen_ai.server.time_to_first_token', to_ms: 1000 },
  ],
  user: ['enduser.id'],
  session: ['gen_ai.conversation.id'],
}
