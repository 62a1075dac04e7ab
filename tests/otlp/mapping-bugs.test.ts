import { afterAll, expect, test } from 'bun:test'
import { otlpAttributes } from '#shared/testing/otlp.ts'
import { nanos, openOtlp, otlpSpan, spanId, traceId } from './open-otlp.ts'

// Each of these is a bug that users of another tool reported; the number is that of their report.

const hub = await openOtlp()
afterAll(hub.stop)

const usage = (input: number, output: number) => ({
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
})
const exception = (type: string, message: string) => ({
  name: 'exception',
  timeUnixNano: nanos(2),
  attributes: otlpAttributes({ 'exception.type': type, 'exception.message': message }),
})

test('langsmith-sdk#1812, braintrust#1377, traceroot#1172: usage on a parent and its child counts once', async () => {
  const project = await hub.mint()
  const [trace, agent, step] = [traceId(), spanId(), spanId()]
  await hub.send(project, [
    otlpSpan(trace, {
      spanId: agent,
      attributes: { 'ai.operationId': 'ai.generateText', ...usage(250, 12) },
    }),
    otlpSpan(trace, {
      spanId: step,
      parentSpanId: agent,
      attributes: { 'gen_ai.operation.name': 'agent_step', ...usage(250, 12) },
    }),
    otlpSpan(trace, {
      parentSpanId: step,
      attributes: { 'gen_ai.operation.name': 'chat', ...usage(150, 5) },
    }),
    otlpSpan(trace, {
      parentSpanId: step,
      attributes: { 'gen_ai.operation.name': 'chat', ...usage(100, 7) },
    }),
  ])
  expect((await hub.traceOf(project, trace)).trace).toMatchObject({
    input_tokens: 250,
    output_tokens: 12,
  })
})

test('langfuse#13571, #12306: cached tokens of OpenInference are part of the input and are not added to it', async () => {
  const project = await hub.mint()
  const trace = traceId()
  const attributes = {
    ...{ 'openinference.span.kind': 'LLM', 'llm.token_count.prompt': 1000, 'llm.token_count.completion': 1 },
    ...{ 'llm.token_count.prompt_details.cache_read': 900, 'llm.token_count.total': 1001 },
  }
  await hub.send(project, [otlpSpan(trace, { name: 'llm', attributes })])
  const { spanOf } = await hub.traceOf(project, trace)
  expect(spanOf('llm')).toMatchObject({ input_tokens: 1000, cache_read_tokens: 900 })
})

test('langfuse#13724: more cached than input means that the input leaves it out, and nothing is clamped to 0', async () => {
  const project = await hub.mint()
  const trace = traceId()
  const attributes = {
    'gen_ai.operation.name': 'chat',
    ...usage(10, 2),
    'gen_ai.usage.cache_read.input_tokens': 500,
  }
  await hub.send(project, [otlpSpan(trace, { name: 'llm', attributes })])
  const { spanOf } = await hub.traceOf(project, trace)
  expect(spanOf('llm')).toMatchObject({ input_tokens: 510, cache_read_tokens: 500 })
})

test('langfuse#14902: usage details whose total is that of input and output alone overlap', async () => {
  const project = await hub.mint()
  const trace = traceId()
  const details = { input: 100, output: 20, input_cached_tokens: 60, output_reasoning_tokens: 5, total: 120 }
  const attributes = {
    'langfuse.observation.type': 'generation',
    'langfuse.observation.usage_details': JSON.stringify(details),
  }
  await hub.send(project, [otlpSpan(trace, { name: 'llm', attributes })])
  const { spanOf } = await hub.traceOf(project, trace)
  expect(spanOf('llm')).toMatchObject({
    input_tokens: 100,
    output_tokens: 20,
    cache_read_tokens: 60,
    reasoning_tokens: 5,
  })
})

test('vercel/ai#12801, traceroot#1187: cached tokens that only ai.usage has are read', async () => {
  const project = await hub.mint()
  const trace = traceId()
  const attributes = {
    'ai.operationId': 'ai.streamText.doStream',
    ...usage(80, 4),
    'ai.usage.inputTokenDetails.cacheReadTokens': 60,
  }
  await hub.send(project, [otlpSpan(trace, { name: 'llm', attributes })])
  expect((await hub.traceOf(project, trace)).spanOf('llm')).toMatchObject({
    input_tokens: 80,
    cache_read_tokens: 60,
  })
})

test('langfuse#14068, koog#2120: integers as text are counts', async () => {
  const project = await hub.mint()
  const trace = traceId()
  const attributes = [
    { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
    { key: 'gen_ai.usage.input_tokens', value: { intValue: '25' } },
    { key: 'gen_ai.usage.output_tokens', value: { intValue: '5' } },
  ]
  await hub.send(project, [{ ...otlpSpan(trace, { name: 'llm' }), attributes }])
  expect((await hub.traceOf(project, trace)).trace).toMatchObject({
    input_tokens: 25,
    output_tokens: 5,
  })
})

test('langfuse#5412, #5515: input and output of 0, false and empty lists are not passed over for another source', async () => {
  const project = await hub.mint()
  const [trace, id] = [traceId(), spanId()]
  const attributes = {
    'openinference.span.kind': 'TOOL',
    'input.value': false,
    'output.value': 0,
    'gen_ai.tool.call.result': 'other',
  }
  await hub.send(project, [otlpSpan(trace, { spanId: id, attributes })])
  expect((await hub.spanOf(project, trace, id)).span).toMatchObject({ input: false, output: 0 })
})

test.each(['GraphInterrupt', 'NodeInterrupt'])(
  'langfuse#6704, #14034, langsmith-sdk#1127, opik#4635: %s is an interruption, no error',
  async (type) => {
    const project = await hub.mint()
    const [trace, root] = [traceId(), spanId()]
    await hub.send(project, [
      otlpSpan(trace, { spanId: root, name: 'graph' }),
      otlpSpan(trace, {
        parentSpanId: root,
        name: 'approve',
        status: { code: 2 },
        events: [exception(type, '[{"value":"ok?"}]')],
      }),
    ])
    const { trace: shown, spanOf } = await hub.traceOf(project, trace)
    expect(spanOf('approve')?.status).toBe('interrupted')
    expect(shown).toMatchObject({ status: 'success', error_count: 0 })
  },
)

test('a Command to the graph above is how a node goes on, no error', async () => {
  const project = await hub.mint()
  const trace = traceId()
  await hub.send(project, [
    otlpSpan(trace, {
      name: 'handoff',
      status: { code: 2 },
      events: [exception('ParentCommand', 'Command(...)')],
    }),
  ])
  expect((await hub.traceOf(project, trace)).spanOf('handoff')).toMatchObject({ status: 'success' })
})

test('langfuse#8304: a later span does not take the name of the trace', async () => {
  const project = await hub.mint()
  const [trace, root] = [traceId(), spanId()]
  await hub.send(project, [
    otlpSpan(trace, { spanId: root, name: 'first', attributes: { 'langfuse.trace.name': 'the trace' } }),
  ])
  await hub.send(project, [
    otlpSpan(trace, { parentSpanId: root, name: 'later', attributes: { 'langfuse.trace.name': 'other' } }),
  ])
  expect((await hub.traceOf(project, trace)).trace.name).toBe('the trace')
})

test('langfuse#8561: spans whose parent never comes are there, at the top', async () => {
  const project = await hub.mint()
  const trace = traceId()
  await hub.send(project, [otlpSpan(trace, { parentSpanId: spanId(), name: 'orphan' })])
  const { trace: shown, spans } = await hub.traceOf(project, trace)
  expect([shown.total_spans, spans.length]).toEqual([1, 1])
})

test('langfuse#14725: a span that comes again with its start cut to the millisecond is one span', async () => {
  const project = await hub.mint()
  const [trace, id] = [traceId(), spanId()]
  const exact = otlpSpan(trace, { spanId: id })
  await hub.send(project, [exact])
  await hub.send(project, [{ ...exact, startTimeUnixNano: nanos(1).slice(0, -6) + '000000' }])
  await hub.send(project, [{ ...exact, name: 'renamed' }])
  expect((await hub.traceOf(project, trace)).trace.total_spans).toBe(1)
})

test('user and session of any span are those of the trace, whatever the order', async () => {
  const project = await hub.mint()
  const shown = []
  for (const turned of [false, true]) {
    const [trace, root] = [traceId(), spanId()]
    const spans = [
      otlpSpan(trace, { spanId: root, name: 'root' }),
      otlpSpan(trace, { parentSpanId: root, attributes: { 'user.id': 'u-1' } }),
      otlpSpan(trace, {
        parentSpanId: root,
        attributes: { 'session.id': 's-1', 'langfuse.trace.tags': ['x'] },
      }),
    ]
    for (const span of turned ? spans.toReversed() : spans) await hub.send(project, [span])
    const { user_id, session_id, tags } = (await hub.traceOf(project, trace)).trace
    shown.push({ user_id, session_id, tags })
  }
  expect(shown).toEqual(Array.from({ length: 2 }, () => ({ user_id: 'u-1', session_id: 's-1', tags: ['x'] })))
})

test('a root in error is a trace in error, and its message and stack are kept', async () => {
  const project = await hub.mint()
  const [trace, id] = [traceId(), spanId()]
  const stack = 'TypeError: x is not a function\n    at run (app.js:1:2)'
  const events = [
    {
      name: 'exception',
      attributes: otlpAttributes({
        'exception.type': 'TypeError',
        'exception.message': 'x is not a function',
        'exception.stacktrace': stack,
      }),
    },
  ]
  await hub.send(project, [
    otlpSpan(trace, { spanId: id, status: { code: 2, message: 'x is not a function' }, events }),
  ])
  expect((await hub.spanOf(project, trace, id)).span.error).toBe(stack)
  expect((await hub.traceOf(project, trace)).trace.status).toBe('error')
})
