import { afterAll, expect, test } from 'bun:test'
import { at, entry, openLangfuse } from './open-langfuse.ts'

const hub = await openLangfuse()
afterAll(hub.stop)
const id = () => crypto.randomUUID()

test('a trace, a span, a generation, an event and a score in one batch make one trace', async () => {
  const [trace, span, generation] = [id(), id(), id()]
  const {
    trace: told,
    spans,
    spanOf,
    evaluations,
  } = await hub.read(
    [
      entry('score-create', 9, {
        id: id(),
        traceId: trace,
        observationId: generation,
        name: 'tone',
        value: 0.8,
      }),
      entry('generation-update', 5, {
        id: generation,
        traceId: trace,
        endTime: at(5),
        output: { role: 'assistant', content: 'because' },
        usage: { input: 120, output: 24, unit: 'TOKENS' },
        usageDetails: { input: 80, input_cache_read: 40, output: 14, output_reasoning: 10, total: 144 },
      }),
      entry('trace-create', 0, {
        ...{ id: trace, timestamp: at(0), name: 'chat', userId: 'u-1', sessionId: 's-1', release: 'r-7' },
        ...{ tags: ['beta'], environment: 'staging', input: { q: 'why?' }, metadata: { plan: 'free' } },
      }),
      entry('generation-create', 3, {
        ...{ id: generation, traceId: trace, parentObservationId: span, name: 'call', startTime: at(3) },
        ...{ model: 'gpt-4.1', modelParameters: { temperature: 0 }, completionStartTime: at(3.25) },
        ...{ input: [{ role: 'user', content: 'why?' }], metadata: { attempt: 1 } },
      }),
      entry('event-create', 4, {
        id: id(),
        traceId: trace,
        name: 'cache miss',
        startTime: at(4),
        level: 'DEBUG',
      }),
      entry('span-create', 1, {
        id: span,
        traceId: trace,
        name: 'work',
        startTime: at(1),
        parentObservationId: null,
      }),
      entry('span-update', 6, { id: span, traceId: trace, endTime: at(6), output: 'done' }),
      entry('trace-create', 7, { id: trace, timestamp: at(7), output: 'because' }),
    ],
    trace,
  )
  expect(told).toMatchObject({
    ...{ id: trace, name: 'chat', status: 'success', start_time: at(0).replace('000Z', 'Z'), total_spans: 3 },
    ...{ user_id: 'u-1', session_id: 's-1', release: 'r-7', environment: 'staging', tags: ['beta'] },
    ...{
      input_tokens: 120,
      output_tokens: 24,
      output_text: 'because',
      attributes: { metadata: { plan: 'free' } },
    },
  })
  expect(spans).toHaveLength(3)
  expect(spanOf('work')).toMatchObject({
    span_type: 'span',
    status: 'success',
    output: 'done',
    parent_span_id: null,
  })
  expect(spanOf('call')).toMatchObject({
    ...{ span_type: 'llm', status: 'success', parent_span_id: span, model: 'gpt-4.1' },
    ...{ input_tokens: 120, cache_read_tokens: 40, output_tokens: 24, reasoning_tokens: 10 },
    ...{ input: [{ role: 'user', content: 'why?' }], output: [{ role: 'assistant', content: 'because' }] },
    attributes: {
      ...{ model_parameters: { temperature: 0 }, time_to_first_token_ms: 250, metadata: { attempt: 1 } },
    },
  })
  expect(spanOf('cache miss')).toMatchObject({ span_type: 'event', status: 'success' })
  expect(evaluations).toMatchObject([{ eval_name: 'tone', score: 0.8, passed: true, span_id: generation }])
})

test('a trace is there from its first entry, whichever that is', async () => {
  const project = await hub.mint()
  const [of_update, of_score, of_trace] = [id(), id(), id()]
  await hub.sendAll(project, [
    entry('span-update', 1, { id: id(), traceId: of_update, endTime: at(1), name: 'late' }),
  ])
  await hub.sendAll(project, [entry('score-create', 1, { traceId: of_score, name: 's', value: 1 })])
  await hub.sendAll(project, [entry('trace-create', 1, { id: of_trace, name: 'alone' })])
  expect((await hub.traceOf(project, of_update)).spanOf('late')).toMatchObject({ status: 'success' })
  expect((await hub.traceOf(project, of_score)).evaluations).toHaveLength(1)
  expect((await hub.traceOf(project, of_trace)).trace).toMatchObject({ name: 'alone', total_spans: 0 })
})

test('an update that comes a request before what it updates ends it all the same', async () => {
  const project = await hub.mint()
  const [trace, span] = [id(), id()]
  // Its clock says that it was earlier, too: an update never comes before what it updates.
  await hub.sendAll(project, [
    entry('span-update', 2, {
      id: span,
      traceId: trace,
      endTime: at(5),
      name: 'renamed',
      metadata: { b: 2 },
    }),
  ])
  await hub.sendAll(project, [
    entry('span-create', 3, {
      id: span,
      traceId: trace,
      name: 'first',
      startTime: at(1),
      metadata: { a: 1 },
    }),
  ])
  const { trace: told, spans } = await hub.traceOf(project, trace)
  expect(told).toMatchObject({ status: 'success', total_spans: 1 })
  expect(spans).toMatchObject([
    { name: 'renamed', duration_ms: 4000, attributes: { metadata: { a: 1, b: 2 } } },
  ])
})

test('a level that is said apart from the end fails the span, in any order', async () => {
  const [trace, span] = [id(), id()]
  const told = [
    entry('span-create', 1, { id: span, traceId: trace, name: 'work', startTime: at(1) }),
    entry('span-update', 2, { id: span, traceId: trace, level: 'ERROR', statusMessage: 'cut off' }),
    entry('span-update', 3, { id: span, traceId: trace, endTime: at(3) }),
  ]
  for (const batch of [told, told.toReversed()]) {
    const project = await hub.mint()
    for (const each of batch) await hub.sendAll(project, [each])
    const { trace: shown, spanOf } = await hub.traceOf(project, trace)
    expect(shown).toMatchObject({ status: 'error', error_count: 1 })
    expect(spanOf('work')).toMatchObject({ status: 'error', error: 'cut off' })
  }
})

test('a span that has not ended is running, and its trace too', async () => {
  const trace = id()
  const { trace: told, spans } = await hub.read(
    [entry('span-create', 1, { id: id(), traceId: trace, startTime: at(1), level: 'DEFAULT' })],
    trace,
  )
  expect(told).toMatchObject({ status: 'running', has_open_spans: true })
  expect(spans).toMatchObject([{ status: 'running', end_time: null }])
})

test('a repeated entry is a success and is not doubled; under its id with other words it is named', async () => {
  const project = await hub.mint()
  const trace = id()
  const first = entry('trace-create', 0, { id: trace, name: 'once' })
  const batch = [
    first,
    entry('span-create', 1, { id: id(), traceId: trace, startTime: at(1), endTime: at(2) }),
    entry('score-create', 3, { traceId: trace, name: 'tone', value: 1 }),
  ]
  await hub.sendAll(project, batch)
  await hub.sendAll(project, [...batch, ...batch])
  const { trace: told, evaluations } = await hub.traceOf(project, trace)
  expect([told.total_spans, evaluations.length]).toEqual([1, 1])
  const other = { ...first, body: { id: trace, name: 'twice' } }
  const { successes, errors } = await hub.send(project, [other, entry('span-create', 4, { traceId: trace })])
  expect(errors).toMatchObject([{ id: first['id'], status: 409, error: 'idempotency_conflict' }])
  expect(successes).toHaveLength(1)
  expect((await hub.traceOf(project, trace)).trace.name).toBe('once')
})

test('a trace without a root ends with the last of its observations, as that did', async () => {
  const trace = id()
  const call = (name: string, seconds: number, more: object) =>
    entry('generation-create', seconds, { id: id(), traceId: trace, name, startTime: at(seconds), ...more })
  const words = entry('trace-create', 0, { id: trace, timestamp: at(0), name: 'several' })
  const failed = call('failed', 1, { endTime: at(2), level: 'ERROR' })
  const again = call('again', 3, { endTime: at(5) })
  const open = entry('generation-create', 4, { id: 'open', traceId: trace, startTime: at(4) })
  const ended = entry('generation-update', 9, { id: 'open', traceId: trace, endTime: at(4.5) })
  const orders = [
    [words, failed, again],
    [again, failed, words],
    [failed, words, again],
    [[again, failed, open, ended].toReversed(), words].flat(),
  ]
  for (const order of orders) {
    const project = await hub.mint()
    for (const each of order) await hub.sendAll(project, [each])
    const { trace: told } = await hub.traceOf(project, trace)
    expect(told).toMatchObject({ status: 'success', error_count: 1, duration_ms: 5000 })
  }
  expect((await hub.read([words, failed], trace)).trace).toMatchObject({ status: 'error', duration_ms: 2000 })
  expect((await hub.read([words, again, open], trace)).trace).toMatchObject({
    status: 'running',
    end_time: null,
  })
})

test('a trace of no observations is over once it told its output', async () => {
  const trace = id()
  const asked = entry('trace-create', 0, { id: trace, input: 'q' })
  const answered = entry('trace-create', 1, { id: trace, output: 'a' })
  expect((await hub.read([asked], trace)).trace.status).toBe('running')
  expect((await hub.read([asked, answered], trace)).trace.status).toBe('success')
  const open = entry('span-create', 1, { id: id(), traceId: trace, startTime: at(1) })
  expect((await hub.read([asked, answered, open], trace)).trace.status).toBe('running')
})

test('the later word on a trace counts, and what it leaves out stays', async () => {
  const project = await hub.mint()
  const trace = id()
  const words = [
    entry('trace-create', 1, { id: trace, name: 'first', userId: 'u', input: 'q', metadata: { a: 1, b: 1 } }),
    entry('trace-create', 3, { id: trace, name: 'third', metadata: { b: 3 } }),
    entry('trace-create', 2, { id: trace, name: 'second', output: 'a', userId: null }),
  ]
  for (const word of words) await hub.sendAll(project, [word])
  expect((await hub.traceOf(project, trace)).trace).toMatchObject({
    ...{ name: 'third', user_id: 'u', input_text: 'q', output_text: 'a' },
    attributes: { metadata: { a: 1, b: 3 } },
  })
})

test('of two words in one millisecond the one that was made later counts', async () => {
  const trace = id()
  const when = at(1).replace('000Z', 'Z')
  const word = (name: string, timestamp: string) =>
    entry('trace-create', 1, { id: trace, name, timestamp }, { timestamp: when })
  const batch = [word('patch', at(0.993)), word('first', at(0.991))]
  expect((await hub.read(batch, trace)).trace.name).toBe('patch')
  expect((await hub.read(batch.toReversed(), trace)).trace.name).toBe('patch')
})

test('observations of every kind', async () => {
  const trace = id()
  const kinds = {
    span: 'span',
    generation: 'llm',
    event: 'event',
    agent: 'agent',
    tool: 'tool',
    chain: 'chain',
    retriever: 'retriever',
    evaluator: 'judge',
    embedding: 'embedding',
    guardrail: 'guardrail',
  }
  const batch = Object.keys(kinds).flatMap((kind) => [
    entry(`${kind}-create`, 1, { id: id(), traceId: trace, name: kind, startTime: at(1) }),
    entry('observation-create', 1, {
      ...{ id: id(), traceId: trace, name: `${kind} by type`, startTime: at(1), type: kind.toUpperCase() },
    }),
  ])
  const { spanOf } = await hub.read(batch, trace)
  for (const [kind, type] of Object.entries(kinds)) {
    expect([spanOf(kind)?.span_type, spanOf(`${kind} by type`)?.span_type]).toEqual([type, type])
  }
})

test('an observation without a trace is one of its own; an update or a score without one is named', async () => {
  const project = await hub.mint()
  const span = id()
  const { successes, errors } = await hub.send(project, [
    entry('span-create', 1, { id: span, name: 'alone', startTime: at(1) }),
    entry('span-update', 1, { id: span, endTime: at(2) }),
    entry('score-create', 1, { observationId: span, name: 'tone', value: 1 }),
  ])
  expect([successes.length, errors.length]).toEqual([1, 2])
  expect(errors[0]).toMatchObject({ status: 400, error: 'validation_error' })
  expect(errors[0]?.message).toContain('batch.1.body.traceId')
  expect((await hub.traceOf(project, span)).spanOf('alone')).toMatchObject({ status: 'running' })
})

test('a client’s own log is a success and is kept nowhere', async () => {
  const project = await hub.mint()
  await hub.sendAll(project, [entry('sdk-log', 1, { log: 'hello' })])
  const { trace_id, batch } = { trace_id: id(), batch: [entry('sdk-log', 1, { log: 'hello' })] }
  await hub.sendAll(project, [...batch, entry('trace-create', 1, { id: trace_id, name: 'n' })])
  expect((await hub.traceOf(project, trace_id)).trace.name).toBe('n')
  const { items } = (await (await hub.api.request('GET', '/api/v1/traces', { key: project.key })).json()) as {
    items: unknown[]
  }
  expect(items).toHaveLength(1)
})
