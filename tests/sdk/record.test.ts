import { afterAll, expect, test } from 'bun:test'
import { openClients } from './open-client.ts'

const hub = await openClients()
afterAll(hub.stop)

test('the calls of the seed end a trace with every span closed and counted', async () => {
  const { project, client } = await hub.open()
  const traceId = client.startTrace({
    name: 'chat-request',
    inputText: '질문',
    model: 'gpt-4.1-mini',
    environment: 'prod',
    userId: 'user-1',
    sessionId: 'sess-1',
  })
  const span = client.startSpan('retrieval', { spanType: 'tool', attributes: { source: 'kb' } })
  client.logEvent('retrieved docs', { metadata: { k: 5 }, spanId: span.spanId ?? '' })
  client.endSpan({ status: 'success', spanId: span.spanId ?? '' })
  client.attachEval({
    evalName: 'faithfulness',
    evalModel: 'gpt-4.1-mini',
    score: 0.9,
    passed: true,
    traceId,
  })
  client.endTrace({ outputText: '답' })
  await client.flush()
  const { trace, spans, timeline, evaluations, spanOf } = await hub.traceOf(project, traceId)
  expect(trace).toMatchObject({
    ...{
      name: 'chat-request',
      status: 'success',
      input_text: '질문',
      output_text: '답',
      model: 'gpt-4.1-mini',
    },
    ...{ environment: 'prod', user_id: 'user-1', session_id: 'sess-1', has_open_spans: false },
    ...{ total_spans: 2, ended_spans: 2, completion_rate: 1 },
  })
  expect(spans).toHaveLength(2)
  expect(spanOf('retrieval')).toMatchObject({
    span_type: 'tool',
    status: 'success',
    attributes: { source: 'kb' },
  })
  expect(timeline.filter(({ event_type }) => event_type === 'LOG')).toHaveLength(1)
  expect(evaluations).toMatchObject([{ eval_name: 'faithfulness', score: 0.9 }])
  expect(client.stats()).toMatchObject({ dropped: 0, rejected: 0, faults: 0, pending: 0 })
})

test('W-56: a trace of the SDK is finished, and so is its root span', async () => {
  const { project, client } = await hub.open()
  const traceId = client.startTrace({ name: 'once' })
  client.endTrace()
  await client.flush()
  const { trace, spans } = await hub.traceOf(project, traceId)
  expect(trace.status).toBe('success')
  expect(trace.end_time).not.toBeNull()
  expect(spans).toMatchObject([{ span_type: 'root', status: 'success' }])
})

test('W-57: spans one after the other are siblings, in both forms', async () => {
  const { project, client } = await hub.open()
  const traceId = client.startTrace({ name: 'calls' })
  for (const name of ['a', 'b', 'c']) {
    client.startSpan(name)
    client.endSpan()
  }
  client.startSpan('outer')
  client.startSpan('inner')
  client.endSpan()
  client.endSpan()
  client.startSpan('after')
  client.endSpan()
  client.endTrace()
  await client.flush()
  const { spans, spanOf } = await hub.traceOf(project, traceId)
  const root = spans.find(({ span_type }) => span_type === 'root')?.id ?? 'none'
  for (const name of ['a', 'b', 'c', 'outer', 'after']) expect(spanOf(name)?.parent_span_id).toBe(root)
  expect(spanOf('inner')?.parent_span_id).toBe(spanOf('outer')?.id ?? 'none')
})

test('a span that is ended out of turn is no parent of those that follow', async () => {
  const { project, client } = await hub.open()
  const traceId = client.startTrace({ name: 'out of turn' })
  const first = client.startSpan('first')
  const second = client.startSpan('second')
  client.endSpan({ spanId: first.spanId ?? '' })
  client.startSpan('third')
  client.endSpan()
  client.endSpan({ spanId: second.spanId ?? '' })
  client.startSpan('fourth')
  client.endSpan()
  client.endTrace()
  await client.flush()
  const { spans, spanOf } = await hub.traceOf(project, traceId)
  expect(spanOf('third')?.parent_span_id).toBe(second.spanId)
  expect(spanOf('fourth')?.parent_span_id).toBe(
    spans.find(({ span_type }) => span_type === 'root')?.id ?? 'none',
  )
})

test('the pleasant form nests over await, ends what it began, and gives what the functions give', async () => {
  const { project, client } = await hub.open()
  let traceId = ''
  const answer = await client.trace('chat', { input: 'why?', userId: 'u' }, async (trace) => {
    ;({ traceId } = trace)
    const documents = await trace.span(
      'retrieve',
      { type: 'retriever', input: { q: 'why' } },
      async (span) => {
        await Bun.sleep(1)
        span.set({ output: ['d1'] })
        return ['d1']
      },
    )
    await Promise.all(
      ['x', 'y'].map((name) =>
        client.span(name, async (span) => {
          await Bun.sleep(1)
          await client.span(`${name} inside`, async () => span.log('deep', { documents }))
        }),
      ),
    )
    return 'because'
  })
  expect(answer).toBe('because')
  await client.flush()
  const { trace, spans, spanOf } = await hub.traceOf(project, traceId)
  expect(trace).toMatchObject({ status: 'success', input_text: 'why?', output_text: 'because', user_id: 'u' })
  expect(trace).toMatchObject({ total_spans: 6, ended_spans: 6 })
  const root = spans.find(({ span_type }) => span_type === 'root')
  for (const name of ['retrieve', 'x', 'y']) expect(spanOf(name)?.parent_span_id).toBe(root?.id ?? 'none')
  for (const name of ['x', 'y'])
    expect(spanOf(`${name} inside`)?.parent_span_id).toBe(spanOf(name)?.id ?? 'none')
  expect(spanOf('retrieve')).toMatchObject({ span_type: 'retriever', input: { q: 'why' }, output: ['d1'] })
})

test('what the app throws is recorded and thrown on, the very same', async () => {
  const { project, client } = await hub.open()
  const failure = new RangeError('no such document', { cause: new Error('disk') })
  let traceId = ''
  const run = client.trace('chat', async (trace) => {
    ;({ traceId } = trace)
    trace.span('parse', () => {
      throw failure
    })
  })
  expect(await run.catch((error: unknown) => error)).toBe(failure)
  await client.flush()
  const { trace, spanOf } = await hub.traceOf(project, traceId)
  expect(trace.status).toBe('error')
  expect(spanOf('parse')).toMatchObject({
    status: 'error',
    error: 'RangeError: no such document\ncaused by Error: disk',
  })
})

test('an abort is told as cancelled', async () => {
  const { project, client } = await hub.open()
  let traceId = ''
  const run = client.trace('chat', async (trace) => {
    ;({ traceId } = trace)
    throw new DOMException('stopped', 'AbortError')
  })
  await run.catch(() => {})
  await client.flush()
  expect((await hub.traceOf(project, traceId)).trace.status).toBe('cancelled')
})

test('W-63: an observed function is a span with its arguments and result; outside of a trace, a trace', async () => {
  const { project, client } = await hub.open()
  const add = client.observe({ type: 'tool' }, async function add(a: number, b: number) {
    return { sum: a + b }
  })
  let inner: string | undefined
  const outer = client.observe(async function outer() {
    inner = client.getContext()?.traceId
    return add(1, 2)
  })
  expect(await outer()).toEqual({ sum: 3 })
  await client.flush()
  const { trace, spanOf } = await hub.traceOf(project, inner ?? '')
  expect(trace).toMatchObject({ name: 'outer', status: 'success', total_spans: 2, ended_spans: 2 })
  expect(spanOf('add')).toMatchObject({ span_type: 'tool', input: [1, 2], output: { sum: 3 } })
  expect(add.name).toBe('add')
})

test('the span of an observed stream ends with the stream', async () => {
  const { project, client } = await hub.open()
  const count = client.observe(async function* count(to: number) {
    for (let n = 1; n <= to; n++) yield n
  })
  const seen: number[] = []
  let traceId = ''
  await client.trace('streams', async (trace) => {
    ;({ traceId } = trace)
    for await (const n of count(3)) seen.push(n)
    for await (const _ of count(3)) break
  })
  expect(seen).toEqual([1, 2, 3])
  await client.flush()
  const { trace, spans } = await hub.traceOf(project, traceId)
  const outputs = spans.filter(({ name }) => name === 'count').map(({ output }) => output)
  expect(new Set(outputs.map((output) => JSON.stringify(output)))).toEqual(new Set(['[1]', '[1,2,3]']))
  expect(trace.has_open_spans).toBe(false)
})

test('a long span is seen open, then closed, and says its words once', async () => {
  const { project, client } = await hub.open()
  const trace = client.trace('long')
  const span = trace.span('work', { type: 'llm', input: 'i', attributes: { a: 1 } })
  await client.flush()
  expect((await hub.traceOf(project, trace.traceId)).spanOf('work')).toMatchObject({
    status: 'running',
    input: 'i',
  })
  span.set({ attributes: { b: 2 }, usage: { model: 'm', inputTokens: 5, outputTokens: 7 } })
  span.end({ output: 'o' })
  trace.end()
  await client.flush()
  const told = await hub.traceOf(project, trace.traceId)
  expect(told.spanOf('work')).toMatchObject({
    ...{ status: 'success', input: 'i', output: 'o', span_type: 'llm', input_tokens: 5, output_tokens: 7 },
    attributes: { a: 1, b: 2 },
  })
  expect(told.trace).toMatchObject({ status: 'success', total_spans: 2, ended_spans: 2, input_tokens: 5 })
})

test('a span is amended long after its end', async () => {
  const { project, client } = await hub.open()
  const trace = client.trace('amend')
  const span = trace.span('work')
  span.end({ output: 'first' })
  trace.end()
  await client.flush()
  client.amendSpan({
    traceId: trace.traceId,
    spanId: span.id,
    output: 'second',
    attributes: { reviewed: true },
  })
  await client.flush()
  expect((await hub.traceOf(project, trace.traceId)).spanOf('work')).toMatchObject({
    output: 'second',
    attributes: { reviewed: true },
  })
})

test('a trace goes on in another process by its id alone', async () => {
  const { project, client } = await hub.open()
  const { client: other } = await hub.open({ apiKey: project.key })
  const trace = client.trace('first half')
  const traceId = await other.trace('elsewhere', async () => {
    other.setContext({ traceId: trace.traceId, spanId: trace.root.id })
    other.startSpan('second half')
    other.endSpan()
    return other.getContext()?.traceId
  })
  trace.end()
  await Promise.all([client.flush(), other.flush()])
  expect(traceId).toBe(trace.traceId)
  const told = await hub.traceOf(project, trace.traceId)
  expect(told.spanOf('second half')).toMatchObject({ status: 'success', parent_span_id: trace.root.id })
  expect(told.trace).toMatchObject({ name: 'first half', status: 'success', total_spans: 2 })
})

test('each client has its own place: two projects do not mix', async () => {
  const one = await hub.open()
  const two = await hub.open()
  one.client.trace('one', () => two.client.span('two', () => {}))
  await Promise.all([one.client.flush(), two.client.flush()])
  expect(one.client.stats().acknowledged).toBe(2)
  expect(two.client.stats().acknowledged).toBe(3)
})

test('W-63: an evaluation of a span, a run of LangGraph nodes sent whole', async () => {
  const { project, client } = await hub.open()
  const traceId = client.ingestLanggraphRun({
    graphName: 'agent_router',
    runId: 'lg-1',
    status: 'success',
    startTime: '2026-02-07T10:00:00Z',
    endTime: '2026-02-07T10:00:03Z',
    nodes: [
      { nodeId: 'router', startTime: '2026-02-07T10:00:00Z', endTime: '2026-02-07T10:00:01Z' },
      {
        ...{ nodeId: 'search', parentNodeId: 'router', tokenUsage: { inputTokens: 3, outputTokens: 4 } },
        ...{ startTime: '2026-02-07T10:00:01Z', endTime: '2026-02-07T10:00:03Z' },
      },
    ],
  })
  await client.flush()
  const { trace, spanOf } = await hub.traceOf(project, traceId)
  expect(trace).toMatchObject({ name: 'agent_router', status: 'success', total_spans: 2, input_tokens: 3 })
  expect(spanOf('search')?.parent_node_ids).toEqual(['router'])
})
