import { afterAll, expect, test } from 'bun:test'
import { at, shown } from '../query/open-hub.ts'
import type { Json } from './multipart.ts'
import { endOf, newId, newRun, openLangsmith, segment } from './open-langsmith.ts'

const hub = await openLangsmith()
afterAll(hub.stop)

const message = (class_name: string, kwargs: Json): Json => ({
  ...{ lc: 1, type: 'constructor', id: ['langchain_core', 'messages', class_name], kwargs },
})

test('an end that comes before its run stands in the right trace, below the right parent', async () => {
  const project = await hub.mint()
  const root = newRun({ name: 'root' })
  const run = newRun({ name: 'child', seconds: 1.5 }, root)
  const { parent_run_id: _, ...end } = endOf(run, { outputs: { a: 1 } })
  await hub.tell(project, [], [end])
  const early = await hub.traceOf(project, String(root['id']))
  expect(early.spans).toHaveLength(1)
  expect(early.spans[0]).toMatchObject({
    ...{ id: run['id'], parent_span_id: root['id'], status: 'success' },
    ...{ start_time: shown(1.5), end_time: shown(2), output: { a: 1 } },
  })
  await hub.tell(project, [run])
  const { spans } = await hub.traceOf(project, String(root['id']))
  expect(spans).toHaveLength(1)
  expect(spans[0]).toMatchObject({ name: 'child', status: 'success', end_time: shown(2), output: { a: 1 } })
})

test('what an update does not say it does not take back', async () => {
  const project = await hub.mint()
  const run = newRun({
    ...{ inputs: { a: 1 }, tags: ['kept'], error: 'bad', serialized: { name: 'x' } },
    extra: { metadata: { user_id: 'u-1', own: 'word' }, runtime: { sdk: 'js' } },
  })
  const silent = { inputs: null, error: null, tags: null, extra: null, serialized: null, name: null }
  await hub.tell(project, [run], [endOf(run, silent)])
  const { trace, spans } = await hub.traceOf(project, String(run['id']))
  expect(trace).toMatchObject({ user_id: 'u-1', tags: ['kept'], name: 'work' })
  expect(spans[0]).toMatchObject({
    ...{ input: { a: 1 }, error: 'bad', name: 'work', span_type: 'chain' },
    attributes: {
      metadata: { user_id: 'u-1', own: 'word' },
      runtime: { sdk: 'js' },
      serialized: { name: 'x' },
    },
  })
})

test('an update without an end outranks the beginning, and leaves a failure a failure', async () => {
  const project = await hub.mint()
  for (const [word, other] of [
    ['a', 'b'],
    ['c', 'd'],
    ['e', 'f'],
  ]) {
    const run = newRun({ outputs: { word }, error: 'bad' })
    const update = { ...endOf(run, { outputs: { word: other } }), end_time: undefined }
    await hub.tell(project, [], [update])
    await hub.tell(project, [run])
    const { spans } = await hub.traceOf(project, String(run['id']))
    expect(spans[0]).toMatchObject({ output: { word: other }, status: 'error', error: 'bad', end_time: null })
  }
})

test.each([
  ['milliseconds', (): unknown => Date.parse(at(2)), shown(2)],
  ['milliseconds and a fraction', () => Date.parse(at(2)) + 0.25, at(2.00025)],
  ['ISO with a zone', () => at(2).replace('Z', '+00:00'), shown(2)],
  ['ISO of UTC without its zone, as older clients of Python write it', () => at(2).slice(0, -1), shown(2)],
])('the end of a run may be told in %s', async (_, said, expected) => {
  const { span } = await hub.read(newRun({ end_time: said() }))
  expect(span).toMatchObject({ end_time: expected, status: 'success' })
})

test('a run of less than a millisecond does not end before it began', async () => {
  const id = newId()
  const start = at(1.000123)
  const times = { start_time: start, end_time: Date.parse(at(1)), dotted_order: segment(1.000123, id) }
  const { span } = await hub.read(newRun({ id, trace_id: id, ...times }))
  expect(span).toMatchObject({ start_time: start, end_time: start, duration_ms: 0 })
})

test('the order of runs tells trace and parent where nothing else does, and a wrong one tells nothing', async () => {
  const project = await hub.mint()
  const [root, middle, id] = [newId(), newId(), newId()]
  const dotted_order = [segment(1, root), segment(1.1, middle), segment(1.2, id)].join('.')
  await hub.tell(project, [{ id, name: 'deep', run_type: 'tool', dotted_order }])
  const { spans, trace } = await hub.traceOf(project, root)
  expect(trace).toMatchObject({ total_spans: 1, status: 'running' })
  expect(spans[0]).toMatchObject({ id, parent_span_id: middle, start_time: shown(1.2) })
  for (const wrong of ['no order', dotted_order]) {
    const { span } = await hub.read(newRun({ dotted_order: wrong }))
    expect(span).toMatchObject({ parent_span_id: null, start_time: shown(1) })
  }
})

test('GraphInterrupt is a question, not a failure, and the trace of it has not failed', async () => {
  const project = await hub.mint()
  const root = newRun({ end_time: at(3) })
  const js =
    '[\n  {\n    "value": "may I?"\n  }\n]\n\nGraphInterrupt: [\n  {\n    "value": "may I?"\n  }\n]\n    at x'
  const python = "GraphInterrupt((Interrupt(value='may I?'),))Traceback (most recent call last):\n  File x"
  await hub.tell(project, [
    root,
    newRun({ name: 'js', error: js, end_time: at(2) }, root),
    newRun({ name: 'python', error: python, end_time: at(2) }, root),
    newRun({ name: 'goes', error: "ParentCommand(Command(goto='x'))", end_time: at(2) }, root),
    newRun({ name: 'fails', error: 'x\n\nTypeError: x\n    at y', end_time: at(2) }, root),
    newRun({ name: 'stops', error: 'Aborted\n\nAbortError: Aborted\n    at y', end_time: at(2) }, root),
  ])
  const { trace, spanOf } = await hub.traceOf(project, String(root['id']))
  expect(trace).toMatchObject({ status: 'success', error_count: 1 })
  expect(['js', 'python', 'goes', 'fails', 'stops'].map((name) => spanOf(name)?.status)).toEqual([
    ...['interrupted', 'interrupted', 'success', 'error', 'cancelled'],
  ])
  expect(spanOf('js')?.error).toStartWith('GraphInterrupt: [')
  expect(spanOf('fails')?.error).toBe('TypeError: x\n    at y')
})

test('usage that a chain repeats counts once, on the call that it was', async () => {
  const project = await hub.mint()
  const usage_metadata = {
    ...{ input_tokens: 100, output_tokens: 20, total_tokens: 120, total_cost: 0.5 },
    ...{
      input_token_details: { cache_read: 60, cache_creation: 10 },
      output_token_details: { reasoning: 7 },
    },
  }
  const root = newRun({ end_time: at(3), extra: { metadata: { usage_metadata } } })
  const call = newRun({ name: 'call', run_type: 'llm', end_time: at(2), outputs: { usage_metadata } }, root)
  await hub.tell(project, [root, call])
  const { trace, spanOf } = await hub.traceOf(project, String(root['id']))
  expect(trace).toMatchObject({ input_tokens: 100, output_tokens: 20, cost_usd: 0.5 })
  expect(spanOf('call')).toMatchObject({
    ...{ cache_read_tokens: 60, reasoning_tokens: 7, cost_source: 'client' },
    attributes: { cache_write_tokens: 10 },
  })
})

const answer = (kwargs: Json) => ({ generations: [[{ text: 'x', message: message('AIMessage', kwargs) }]] })
test.each([
  ['its message', answer({ content: 'x', usage_metadata: { input_tokens: 7, output_tokens: 3 } })],
  [
    'llmOutput',
    { ...answer({ content: 'x' }), llmOutput: { tokenUsage: { promptTokens: 7, completionTokens: 3 } } },
  ],
  [
    'llm_output',
    { ...answer({ content: 'x' }), llm_output: { token_usage: { prompt_tokens: 7, completion_tokens: 3 } } },
  ],
  ['the answer of OpenAI', { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } }],
])('tokens of a call are found in %s, and nowhere in a chain of the same output', async (_, outputs) => {
  const { span } = await hub.read(newRun({ run_type: 'llm', end_time: at(2), outputs }))
  expect(span).toMatchObject({ input_tokens: 7, output_tokens: 3 })
  const { trace } = await hub.read(newRun({ run_type: 'chain', end_time: at(2), outputs }))
  expect(trace).toMatchObject({ input_tokens: 0, output_tokens: 0 })
})

test('messages that LangChain writes as constructors are shown in the one form, wherever they stand', async () => {
  const call = { id: 'c1', name: 'search', args: { q: '환불' } }
  const { span } = await hub.read(
    newRun({
      ...{ run_type: 'llm', end_time: at(2) },
      inputs: {
        messages: [
          [message('SystemMessage', { content: 'Be brief' }), message('HumanMessage', { content: 'Hi' })],
        ],
      },
      outputs: answer({ content: '', tool_calls: [call] }),
    }),
  )
  expect(span.input).toEqual([
    { role: 'system', content: 'Be brief' },
    { role: 'user', content: 'Hi' },
  ])
  expect(span.output).toMatchObject([
    { role: 'assistant', tool_calls: [{ id: 'c1', name: 'search', arguments: { q: '환불' } }] },
  ])
  const result = message('ToolMessage', { content: '3 found', tool_call_id: 'c1', name: 'search' })
  const { span: state, trace } = await hub.read(
    newRun({ end_time: at(2), outputs: { n: 1, kept: { last: result }, messages: [result] } }),
  )
  const read = { role: 'tool', content: '3 found', tool_call_id: 'c1', name: 'search' }
  expect(state.output).toEqual({ n: 1, kept: { last: read }, messages: [read] })
  expect(trace.output_text).toBe('3 found')
})

test('a project of LangSmith is no conversation; the thread is, and what the environment added is not shown', async () => {
  const metadata = {
    thread_id: 't-9',
    own: 1,
    LANGSMITH_PROJECT: 'shop',
    LANGCHAIN_X: 'y',
    revision_id: 'r-1',
  }
  const address = 'lrn:agents/helper/environments/staging'
  const { span, trace } = await hub.read(newRun({ session_name: 'shop', extra: { metadata }, address }))
  expect(trace).toMatchObject({ session_id: 't-9', release: 'r-1', environment: 'staging' })
  expect(span.attributes).toMatchObject({
    ...{ project_alias: 'shop', agent_id: 'helper' },
    metadata: { thread_id: 't-9', own: 1, revision_id: 'r-1' },
  })
  expect(JSON.stringify(span.attributes)).not.toContain('LANG')
  const { trace: without } = await hub.read(newRun({ session_name: 'shop' }))
  expect(without.session_id).toBeNull()
})

test('the first token is told by the events, and events that come again are shown once', async () => {
  const project = await hub.mint()
  const run = newRun({ run_type: 'llm', events: [{ name: 'start', time: at(1) }] })
  const token = (seconds: number, text: string) => ({
    name: 'new_token',
    time: at(seconds),
    kwargs: { token: text },
  })
  const start = { name: 'start', time: at(1) }
  const events = [start, start, token(1.35, 'a'), token(1.35, 'b'), token(1.5, 'c')]
  await hub.tell(project, [run], [endOf(run, { events })])
  const { spans } = await hub.traceOf(project, String(run['id']))
  expect(spans[0]?.attributes).toMatchObject({
    time_to_first_token_ms: 350,
    events: [start, token(1.35, 'a'), token(1.35, 'b'), token(1.5, 'c')],
  })
})

test('an attachment is kept byte for byte, under the run that it came with', async () => {
  const project = await hub.mint()
  const [run, other] = [newRun(), newRun()]
  const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 0x80, 13, 10, 13, 10])
  await hub.sendParts(project, [
    { name: `attachment.${String(other['id'])}.early`, content: Buffer.from('x'), type: 'text/plain' },
    { name: `post.${String(run['id'])}`, content: run },
    { name: `attachment.${String(run['id'])}.a "strange" name`, content: bytes, type: 'image/png' },
    { name: `post.${String(other['id'])}`, content: other },
  ])
  const [span] = (await hub.traceOf(project, String(run['id']))).spans
  expect(span?.attachments).toMatchObject([
    { name: 'a "strange" name', content_type: 'image/png', bytes: 11 },
  ])
  const response = await hub.api.request('GET', span?.attachments[0]?.url ?? '', { key: project.key })
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
  const [later] = (await hub.traceOf(project, String(other['id']))).spans
  expect(later?.attachments).toMatchObject([{ name: 'early', bytes: 1 }])
})
