import type { Dialect } from './dialect.ts'

const OPERATIONS = {
  ...{ 'ai.generateText': 'agent', 'ai.streamText': 'agent', 'ai.generateObject': 'chain' },
  ...{ 'ai.streamObject': 'chain', 'ai.embed': 'chain', 'ai.embedMany': 'chain', 'ai.rerank': 'chain' },
  ...{ 'ai.generateText.doGenerate': 'llm', 'ai.streamText.doStream': 'llm' },
  ...{ 'ai.generateObject.doGenerate': 'llm', 'ai.streamObject.doStream': 'llm' },
  ...{ 'ai.embed.doEmbed': 'embedding', 'ai.embedMany.doEmbed': 'embedding' },
  ...{ 'ai.rerank.doRerank': 'reranker', 'ai.toolCall': 'tool' },
}

/** Vercel's AI SDK up to version 6; version 7 speaks OpenTelemetry's conventions. */
export const vercel: Dialect = {
  name: 'vercel',
  prefixes: ['ai.'],
  kinds: [{ key: 'ai.operationId', types: OPERATIONS }],
  names: [
    { key: 'ai.toolCall.name', of: ['tool'] },
    { key: 'ai.telemetry.functionId', of: ['agent', 'chain'] },
  ],
  model: ['ai.response.model', 'ai.model.id'],
  provider: ['ai.model.provider'],
  input: [
    ...[{ value: 'ai.prompt.messages' }, { value: 'ai.toolCall.args' }, { value: 'ai.toolCall.input' }],
    ...[{ value: 'ai.prompt' }, { value: 'ai.values' }, { value: 'ai.value' }],
  ],
  output: [
    {
      answer: {
        text: 'ai.response.text',
        calls: 'ai.response.toolCalls',
        reasoning: 'ai.response.reasoning',
      },
    },
    ...[{ value: 'ai.response.object' }, { value: 'ai.toolCall.result' }, { value: 'ai.toolCall.output' }],
    ...[{ value: 'ai.embeddings' }, { value: 'ai.embedding' }],
  ],
  counts: {
    input: ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'],
    output: ['ai.usage.outputTokens', 'ai.usage.completionTokens'],
    total: ['ai.usage.totalTokens'],
    cache_read: ['ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'],
    cache_write: ['ai.usage.inputTokenDetails.cacheWriteTokens'],
    reasoning: ['ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'],
  },
  first_token: [
    { key: 'ai.response.msToFirstChunk', to_ms: 1 },
    { key: 'ai.stream.msToFirstChunk', to_ms: 1 },
  ],
  user: ['ai.telemetry.metadata.userId', 'ai.telemetry.metadata.user_id'],
  session: ['ai.telemetry.metadata.sessionId', 'ai.telemetry.metadata.session_id'],
  tags: ['ai.telemetry.metadata.tags'],
  metadata_prefixes: ['ai.telemetry.metadata.'],
}
