import { afterAll, expect, test } from 'bun:test'
import { otlpAttributes } from '#shared/testing/otlp.ts'
import { nanos, openOtlp, otlpSpan, spanId, traceId } from './open-otlp.ts'

const hub = await openOtlp()
afterAll(hub.stop)
const { read } = hub

type Json = Record<string, unknown>

const user = { role: 'user', content: 'What is 2+2?' }
const answer = { role: 'assistant', content: 'Four.' }
const call = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c1', name: 'add', arguments: { a: 2, b: 2 } }],
}
const result = { role: 'tool', content: '4', tool_call_id: 'c1' }

test('OTel GenAI: messages, system instructions, tool calls and results', async () => {
  const { span } = await read({
    ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' },
    ...{ 'gen_ai.request.model': 'gpt-4.1', 'gen_ai.response.model': 'gpt-4.1-2025-04-14' },
    ...{ 'gen_ai.usage.input_tokens': 120, 'gen_ai.usage.output_tokens': 34 },
    ...{ 'gen_ai.usage.cache_read.input_tokens': 40, 'gen_ai.usage.reasoning.output_tokens': 10 },
    'gen_ai.response.time_to_first_chunk': 0.25,
    'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'Be brief.' }]),
    'gen_ai.input.messages': JSON.stringify([
      { role: 'user', parts: [{ type: 'text', content: 'What is 2+2?' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'add', arguments: { a: 2, b: 2 } }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: '4' }] },
    ]),
    'gen_ai.output.messages': JSON.stringify([
      { role: 'assistant', parts: [{ type: 'text', content: 'Four.' }], finish_reason: 'stop' },
    ]),
  })
  expect(span).toMatchObject({
    ...{ span_type: 'llm', model: 'gpt-4.1-2025-04-14', provider: 'openai' },
    ...{ input_tokens: 120, output_tokens: 34, cache_read_tokens: 40, reasoning_tokens: 10 },
    attributes: { time_to_first_token_ms: 250 },
  })
  expect(span.input).toEqual([{ role: 'system', content: 'Be brief.' }, user, call, result])
  expect(span.output).toEqual([{ ...answer, finish_reason: 'stop' }])
})

test('OTel GenAI: messages as structures, not as text', async () => {
  const messages = [{ role: 'user', parts: [{ type: 'text', content: 'What is 2+2?' }] }]
  const { span } = await read({ 'gen_ai.operation.name': 'chat', 'gen_ai.input.messages': messages })
  expect(span.input).toEqual([user])
})

test('OTel GenAI before 1.37: messages as events', async () => {
  const events = [
    {
      name: 'gen_ai.system.message',
      timeUnixNano: nanos(1),
      attributes: otlpAttributes({ content: 'Be brief.' }),
    },
    {
      name: 'gen_ai.user.message',
      timeUnixNano: nanos(1),
      attributes: otlpAttributes({ content: 'What is 2+2?' }),
    },
    {
      name: 'gen_ai.choice',
      timeUnixNano: nanos(2),
      attributes: otlpAttributes({ message: JSON.stringify(answer), finish_reason: 'stop' }),
    },
  ]
  const attributes = {
    'gen_ai.system': 'openai',
    'gen_ai.usage.prompt_tokens': 5,
    'gen_ai.usage.completion_tokens': 2,
    'gen_ai.request.model': 'm',
  }
  const { span } = await read(attributes, { events })
  expect(span).toMatchObject({ span_type: 'llm', provider: 'openai', input_tokens: 5, output_tokens: 2 })
  expect(span.input).toEqual([{ role: 'system', content: 'Be brief.' }, user])
  expect(span.output).toEqual([{ ...answer, finish_reason: 'stop' }])
})

test('OTel GenAI, the oldest: prompt and completion as events', async () => {
  const events = [
    {
      name: 'gen_ai.content.prompt',
      attributes: otlpAttributes({ 'gen_ai.prompt': JSON.stringify([user]) }),
    },
    {
      name: 'gen_ai.content.completion',
      attributes: otlpAttributes({ 'gen_ai.completion': JSON.stringify([answer]) }),
    },
  ]
  const { span } = await read({ 'gen_ai.operation.name': 'chat' }, { events })
  expect([span.input, span.output]).toEqual([[user], [answer]])
})

test('OTel GenAI: a tool and an agent by their own names', async () => {
  const tool = await read({
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'add',
    'gen_ai.tool.call.arguments': '{"a":2}',
    'gen_ai.tool.call.result': '4',
  })
  expect(tool.span).toMatchObject({ span_type: 'tool', name: 'add', input: { a: 2 }, output: '4' })
  const agent = await read({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'support',
    'gen_ai.conversation.id': 'c-9',
  })
  expect(agent.span).toMatchObject({ span_type: 'agent', name: 'support' })
  expect(agent.trace.session_id).toBe('c-9')
})

test('evaluations that a span carries are evaluations of it', async () => {
  const project = await hub.mint()
  const [trace, id] = [traceId(), spanId()]
  const event = (attributes: Json) => ({
    name: 'gen_ai.evaluation.result',
    timeUnixNano: nanos(2),
    attributes: otlpAttributes(attributes),
  })
  const events = [
    event({
      'gen_ai.evaluation.name': 'Relevance',
      'gen_ai.evaluation.score.value': 0.9,
      'gen_ai.evaluation.score.label': 'relevant',
      'gen_ai.evaluation.explanation': 'on topic',
    }),
    event({ 'gen_ai.evaluation.name': 'Safety', 'gen_ai.evaluation.score.label': 'fail' }),
    event({ 'gen_ai.evaluation.name': 'nothing' }),
  ]
  const span = otlpSpan(trace, { spanId: id, events })
  await hub.send(project, [span])
  await hub.send(project, [span])
  const evals = await hub.deps.database.sql<
    { name: string; score: number; passed: boolean; span_key: string }[]
  >`
    select v.name, v.score, v.passed, v.span_key from evals v join projects p using (project_no)
    where p.project_id = ${project.project_id} order by v.name`
  expect([...evals]).toEqual([
    { name: 'Relevance', score: 0.9, passed: true, span_key: id },
    { name: 'Safety', score: 0, passed: false, span_key: id },
  ])
})
