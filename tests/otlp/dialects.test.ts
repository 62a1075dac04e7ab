import { afterAll, expect, test } from 'bun:test'
import { otlpAttributes } from '#shared/testing/otlp.ts'
import { nanos, openOtlp } from './open-otlp.ts'

const hub = await openOtlp()
afterAll(hub.stop)
const { read } = hub

const user = { role: 'user', content: 'What is 2+2?' }
const answer = { role: 'assistant', content: 'Four.' }
const call = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c1', name: 'add', arguments: { a: 2, b: 2 } }],
}

test('OpenInference: indexed messages, cache names, documents, tags and metadata as JSON', async () => {
  const { span, trace } = await read({
    ...{ 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-4.1', 'llm.provider': 'openai' },
    ...{
      'llm.token_count.prompt': 120,
      'llm.token_count.completion': 34,
      'llm.token_count.prompt_details.cache_read': 40,
    },
    'llm.token_count.completion_details.reasoning': 10,
    ...{
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.content': 'What is 2+2?',
    },
    'llm.output_messages.0.message.role': 'assistant',
    'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'c1',
    'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'add',
    'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"a":2,"b":2}',
    ...{
      'input.value': 'ignored',
      'user.id': 'u-1',
      'session.id': 's-1',
      'tag.tags': '["beta","seq:step:1"]',
    },
  })
  expect(span).toMatchObject({
    span_type: 'llm',
    provider: 'openai',
    input_tokens: 120,
    cache_read_tokens: 40,
    reasoning_tokens: 10,
  })
  expect(span.input).toEqual([user])
  expect(span.output).toEqual([call])
  expect(trace).toMatchObject({ user_id: 'u-1', session_id: 's-1', tags: ['beta'] })
  const retrieved = await read({
    ...{ 'openinference.span.kind': 'RETRIEVER', 'input.value': 'sky', 'input.mime_type': 'text/plain' },
    ...{
      'retrieval.documents.0.document.content': 'The sky is blue.',
      'retrieval.documents.0.document.score': 0.9,
    },
  })
  expect(retrieved.span).toMatchObject({
    span_type: 'retriever',
    input: 'sky',
    output: [{ content: 'The sky is blue.', score: 0.9 }],
  })
})

test('Traceloop: entity name, association properties, old indexed prompts', async () => {
  const { span, trace } = await read({
    ...{
      'traceloop.span.kind': 'task',
      'traceloop.entity.name': 'summarise',
      'traceloop.workflow.name': 'digest',
    },
    ...{ 'traceloop.entity.input': '{"text":"long"}', 'traceloop.entity.output': '"short"' },
    ...{
      'traceloop.association.properties.user_id': 'u-2',
      'traceloop.association.properties.session_id': 's-2',
    },
  })
  expect(span).toMatchObject({
    span_type: 'chain',
    name: 'summarise',
    input: { text: 'long' },
    output: 'short',
  })
  expect(trace).toMatchObject({ name: 'digest', user_id: 'u-2', session_id: 's-2' })
  const old = await read({
    ...{ 'llm.request.type': 'chat', 'gen_ai.request.model': 'gpt-4o', 'gen_ai.usage.prompt_tokens': 9 },
    ...{ 'gen_ai.prompt.0.role': 'user', 'gen_ai.prompt.0.content': 'What is 2+2?' },
    ...{
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.content': 'Four.',
      'gen_ai.completion.0.finish_reason': 'stop',
    },
  })
  expect(old.span).toMatchObject({
    span_type: 'llm',
    input_tokens: 9,
    input: [user],
    output: [{ ...answer, finish_reason: 'stop' }],
  })
})

test('Langfuse: type, buckets of tokens made inclusive, level, time to first token, trace fields', async () => {
  const { span, trace } = await read({
    ...{ 'langfuse.observation.type': 'generation', 'langfuse.observation.model.name': 'gpt-4.1' },
    'langfuse.observation.usage_details': JSON.stringify({
      input: 80,
      input_cache_read: 40,
      output: 24,
      output_reasoning: 10,
      total: 154,
    }),
    'langfuse.observation.cost_details': JSON.stringify({ input: 0.1, total: 0.25 }),
    'langfuse.observation.input': JSON.stringify([user]),
    'langfuse.observation.output': JSON.stringify(answer),
    ...{ 'langfuse.observation.level': 'ERROR', 'langfuse.observation.status_message': 'rate limited' },
    'langfuse.observation.completion_start_time': JSON.stringify(
      new Date(Number(BigInt(nanos(1.5)) / 1_000_000n)).toISOString(),
    ),
    ...{
      'langfuse.trace.name': 'checkout',
      'langfuse.trace.tags': ['a', 'b'],
      'langfuse.environment': 'prod',
      'langfuse.release': 'v7',
    },
    ...{ 'user.id': 'u-3', 'session.id': 's-3', 'langfuse.trace.input': '"hi"' },
  })
  expect(span).toMatchObject({
    ...{
      span_type: 'llm',
      model: 'gpt-4.1',
      input_tokens: 120,
      output_tokens: 34,
      cache_read_tokens: 40,
      reasoning_tokens: 10,
    },
    ...{ status: 'error', error: 'rate limited', cost_usd: 0.25, input: [user], output: [answer] },
    attributes: { time_to_first_token_ms: 500 },
  })
  expect(trace).toMatchObject({
    name: 'checkout',
    user_id: 'u-3',
    session_id: 's-3',
    tags: ['a', 'b'],
    environment: 'prod',
    release: 'v7',
  })
})

test('Vercel AI SDK 6: operation, answer in parts, cache, telemetry metadata', async () => {
  const { span, trace } = await read({
    ...{ 'ai.operationId': 'ai.generateText.doGenerate', 'operation.name': 'ai.generateText.doGenerate' },
    ...{ 'ai.model.id': 'gpt-4.1', 'ai.model.provider': 'openai.chat', 'gen_ai.system': 'openai.chat' },
    'ai.prompt.messages': JSON.stringify([
      { role: 'user', content: [{ type: 'text', text: 'What is 2+2?' }] },
    ]),
    'ai.response.toolCalls': JSON.stringify([{ toolCallId: 'c1', toolName: 'add', input: { a: 2, b: 2 } }]),
    ...{ 'ai.usage.inputTokens': 50, 'ai.usage.outputTokens': 6, 'ai.usage.cachedInputTokens': 20 },
    ...{
      'gen_ai.usage.input_tokens': 50,
      'gen_ai.usage.output_tokens': 6,
      'ai.response.msToFirstChunk': 120,
    },
    ...{ 'ai.telemetry.metadata.userId': 'u-4', 'ai.telemetry.metadata.sessionId': 's-4' },
  })
  expect(span).toMatchObject({
    ...{
      span_type: 'llm',
      model: 'gpt-4.1',
      provider: 'openai',
      input_tokens: 50,
      output_tokens: 6,
      cache_read_tokens: 20,
    },
    attributes: { time_to_first_token_ms: 120 },
  })
  expect([span.input, span.output]).toEqual([[user], [call]])
  expect(trace).toMatchObject({ user_id: 'u-4', session_id: 's-4' })
  const tool = await read({
    'ai.operationId': 'ai.toolCall',
    'ai.toolCall.name': 'add',
    'ai.toolCall.args': '{"a":2}',
    'ai.toolCall.result': '4',
  })
  expect(tool.span).toMatchObject({ span_type: 'tool', name: 'add', input: { a: 2 }, output: '4' })
})

test('LangSmith over OpenTelemetry: usage as JSON, metadata, tags, an exception under a status of OK', async () => {
  const { span, trace } = await read(
    {
      ...{ 'langsmith.span.kind': 'llm', 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4.1' },
      'langsmith.usage_metadata': JSON.stringify({
        input_tokens: 120,
        output_tokens: 34,
        total_tokens: 154,
        input_token_details: { cache_read: 40 },
        total_cost: 0.5,
      }),
      ...{
        'langsmith.span.tags': 'beta, prod',
        'langsmith.metadata.thread_id': 't-1',
        'langsmith.metadata.user_id': 'u-5',
      },
      ...{
        'gen_ai.prompt': JSON.stringify({ messages: [user] }),
        'gen_ai.completion': JSON.stringify(answer),
      },
    },
    {
      status: { code: 1 },
      events: [
        {
          name: 'exception',
          attributes: otlpAttributes({ 'exception.type': 'RangeError', 'exception.message': 'bad tool' }),
        },
      ],
    },
    'langsmith',
  )
  expect(span).toMatchObject({
    input_tokens: 120,
    output_tokens: 34,
    cache_read_tokens: 40,
    cost_usd: 0.5,
    status: 'error',
    error: 'RangeError: bad tool',
  })
  expect([span.input, span.output]).toEqual([[user], [answer]])
  expect(trace).toMatchObject({ session_id: 't-1', user_id: 'u-5', tags: ['beta', 'prod'] })
})

test('our own attributes outrank every dialect', async () => {
  const { span, trace } = await read({
    ...{ 'tracehub.span.type': 'judge', 'openinference.span.kind': 'LLM', 'tracehub.span.name': 'grader' },
    ...{
      'tracehub.input': '{"q":1}',
      'input.value': 'other',
      'tracehub.user_id': 'mine',
      'user.id': 'theirs',
    },
  })
  expect(span).toMatchObject({ span_type: 'judge', name: 'grader', input: { q: 1 } })
  expect(trace.user_id).toBe('mine')
})

test('a LangChain state keeps what else it holds, its messages in the one form', async () => {
  const human = {
    lc: 1,
    type: 'constructor',
    id: ['langchain_core', 'messages', 'HumanMessage'],
    kwargs: { content: 'What is 2+2?', additional_kwargs: {} },
  }
  const { span } = await read({
    'openinference.span.kind': 'CHAIN',
    'input.value': JSON.stringify({ messages: [human], step: 3 }),
  })
  expect(span.input).toEqual({ messages: [user], step: 3 })
})
