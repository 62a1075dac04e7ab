import { afterAll, expect, test } from 'bun:test'
import { getTrace } from '#shared/contract/traces.ts'
import { checkOf } from '#shared/schema/check.ts'
import { testApi } from '#shared/testing/api.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { query } from '../../query/service.ts'
import { at, openHub, shown } from './open-hub.ts'

const { api, ask, deps, mint, tell, stop } = await openHub()
afterAll(stop)

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
type Said = Record<string, unknown>

const span = (span_id: string, said: Said = {}): Said => ({
  span_id,
  trace_id: TRACE,
  name: span_id,
  start_time: at(1),
  idempotency_key: span_id,
  ...said,
})

const event = (
  event_type: string,
  span_id: string | null,
  seconds: number,
  payload: Said = {},
  key?: string,
): Said => ({
  trace_id: TRACE,
  span_id,
  event_type,
  event_time: at(seconds),
  payload,
  idempotency_key: key ?? `${event_type} ${span_id} ${seconds}`,
})

const say = (project: TestProject, spans: Said[], trace: Said = {}) =>
  tell(project, '/ingest/traces', { trace: { trace_id: TRACE, start_time: at(0), ...trace }, spans })

const full = (project: TestProject) => ask(project, getTrace, { params: { trace_id: TRACE } })
const tree = (project: TestProject) =>
  ask(project, getTrace, { params: { trace_id: TRACE }, query: { spans: 'tree' } })

test('a trace is shown whole, in the form of the contract', async () => {
  const project = await mint()
  const long = 'x'.repeat(5000)
  await say(
    project,
    [span('root', { end_time: at(2), input: { q: 1 }, output: ['a'], input_tokens: 3, cost_usd: 0.25 })],
    {
      end_time: at(3),
      input_text: long,
      attributes: { team: 'blue' },
    },
  )
  const answer = await full(project)
  expect(checkOf(getTrace.response).Check(answer)).toBe(true)
  expect(answer.trace).toMatchObject({
    id: TRACE,
    input_text: long,
    attributes: { team: 'blue' },
    cost_usd: 0.25,
  })
  expect(answer.spans).toMatchObject([
    {
      id: 'root',
      project_id: project.project_id,
      trace_id: TRACE,
      input: { q: 1 },
      output: ['a'],
      duration_ms: 1000,
      cost_source: 'client',
      idempotency_key: 'root',
    },
  ])
  expect(answer).toMatchObject({
    spans_truncated: false,
    timeline_truncated: false,
    decision_history: [],
    judge_runs: [],
  })
})

test('another project’s trace and one that never was get the same answer, byte for byte', async () => {
  const [mine, other] = [await mint(), await mint()]
  await say(other, [span('root')])
  const headers = { 'x-request-id': 'same' }
  const answers = []
  for (const id of [TRACE, 'f'.repeat(32)]) {
    for (const path of [
      `/api/v1/traces/${id}`,
      `/api/v1/traces/${id}?spans=tree`,
      `/api/v1/traces/${id}/spans/root`,
    ]) {
      const response = await api.request('GET', path, { key: mine.key, headers })
      answers.push([response.status, await response.text(), JSON.stringify([...response.headers])])
    }
  }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]?.slice(0, 2)).toEqual([
    404,
    JSON.stringify({ detail: 'trace not found', code: 'trace_not_found', request_id: 'same' }),
  ])
})

test('a UUID and its hex form are one trace, shown as it was first sent', async () => {
  const project = await mint()
  const uuid = '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'
  await tell(project, '/ingest/traces', { trace: { trace_id: uuid, start_time: at(0) } })
  expect((await full(project)).trace.id).toBe(uuid)
})

test('W-66: an open span has a null end and no duration, and the trace of it neither', async () => {
  const project = await mint()
  await say(project, [span('open'), span('done', { parent_span_id: 'open', end_time: at(2.5) })])
  for (const { trace, spans } of [await full(project), await tree(project)]) {
    expect(spans).toMatchObject([
      { id: 'done', end_time: shown(2.5), duration_ms: 1500 },
      { id: 'open', end_time: null, duration_ms: null, status: 'running' },
    ])
    expect(trace).toMatchObject({
      end_time: null,
      duration_ms: null,
      status: 'running',
      completion_rate: 0.5,
    })
  }
})

test('W-68: spans that are their own parent, form a ring or lost their parent are all there', async () => {
  const project = await mint()
  await say(project, [
    span('self', { parent_span_id: 'self' }),
    span('ring-a', { parent_span_id: 'ring-b' }),
    span('ring-b', { parent_span_id: 'ring-a' }),
    span('orphan', { parent_span_id: 'nowhere' }),
  ])
  for (const { spans } of [await full(project), await tree(project)]) {
    expect(spans.map(({ id, parent_span_id }) => [id, parent_span_id])).toEqual([
      ['orphan', 'nowhere'],
      ['ring-a', 'ring-b'],
      ['ring-b', 'ring-a'],
      ['self', 'self'],
    ])
  }
})

test('W-24: entries of one instant stand in one order: starts, then the rest, then ends', async () => {
  const events = [
    event('SPAN_ENDED', 'a', 1),
    event('LOG', 'a', 1, { message: 'two' }, 'log-2'),
    event('LOG', null, 1, { message: 'of the trace' }, 'log-0'),
    event('SPAN_STARTED', 'a', 1, { name: 'a' }),
    event('LOG', 'a', 1, { message: 'one' }, 'log-1'),
    event('SPAN_STARTED', 'b', 1, { name: 'b' }),
  ]
  const orders = []
  for (const order of [
    events,
    events.toReversed(),
    events.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  ]) {
    const project = await mint()
    for (const one of order) await tell(project, '/ingest/spans', { events: [one] })
    await tell(project, '/ingest/traces', { trace: { trace_id: TRACE, start_time: at(1), end_time: at(1) } })
    const { timeline } = await full(project)
    orders.push(
      timeline.map(({ event_type, source_id, payload }) => [event_type, source_id, payload['message']]),
    )
  }
  expect(orders[0]).toEqual([
    ['TRACE_STARTED', TRACE, undefined],
    ['SPAN_STARTED', 'a', undefined],
    ['SPAN_STARTED', 'b', undefined],
    ['LOG', null, 'of the trace'],
    ['LOG', 'a', 'one'],
    ['LOG', 'a', 'two'],
    ['SPAN_ENDED', 'a', undefined],
    ['TRACE_ENDED', TRACE, undefined],
  ])
  expect(orders[1]).toEqual(orders[0])
  expect(orders[2]).toEqual(orders[0])
})

test('a span sent as a whole has its start and end in the timeline, an event’s are not doubled', async () => {
  const project = await mint()
  await say(project, [span('whole', { end_time: at(3), error: 'boom' }), span('half')])
  await tell(project, '/ingest/spans', { events: [event('SPAN_ENDED', 'half', 4, { note: 1 })] })
  const { timeline } = await full(project)
  expect(
    timeline.map(({ event_type, source, source_id, payload }) => [event_type, source, source_id, payload]),
  ).toEqual([
    ['TRACE_STARTED', 'trace', TRACE, { status: 'success' }],
    ['SPAN_STARTED', 'span', 'half', { name: 'half', span_type: 'span' }],
    ['SPAN_STARTED', 'span', 'whole', { name: 'whole', span_type: 'span' }],
    ['SPAN_ENDED', 'span', 'whole', { status: 'error', error: 'boom' }],
    ['SPAN_ENDED', 'span', 'half', { note: 1 }],
    ['TRACE_ENDED', 'trace', TRACE, { status: 'success' }],
  ])
})

test('a span sent again with more is one span, and no entry of its own', async () => {
  const project = await mint()
  await say(project, [span('s')])
  await say(project, [span('s', { end_time: at(2), idempotency_key: 'again' })])
  const { spans, timeline } = await full(project)
  expect(spans).toMatchObject([{ id: 's', end_time: shown(2), idempotency_key: 's' }])
  expect(timeline.map(({ event_type }) => event_type)).toEqual([
    'TRACE_STARTED',
    'SPAN_STARTED',
    'SPAN_ENDED',
    'TRACE_ENDED',
  ])
})

test('a payload is what start, end and amendment said, the later over the earlier', async () => {
  const sayings = [
    event('SPAN_STARTED', 's', 1, { name: 's', input: 'in', attributes: { a: 1, b: 1, deep: { x: 1 } } }),
    event('SPAN_ENDED', 's', 2, {
      output: 'out',
      error: `first ${'e'.repeat(600)}`,
      attributes: { b: 2, deep: { y: 2 } },
    }),
    event('AMENDMENT', 's', 1.5, { patch: { output: 'better', attributes: { c: 3 } } }),
  ]
  for (const order of [sayings, sayings.toReversed()]) {
    const project = await mint()
    for (const one of order) await tell(project, '/ingest/spans', { events: [one] })
    const [one] = (await full(project)).spans
    expect(one).toMatchObject({
      input: 'in',
      output: 'better',
      attributes: { a: 1, b: 2, c: 3, deep: { y: 2 } },
      error: `first ${'e'.repeat(600)}`,
    })
    expect((await tree(project)).spans[0]?.error).toHaveLength(500)
  }
})

test('an attribute named __proto__ is an attribute', async () => {
  const project = await mint()
  const body = `{"trace":{"trace_id":"${TRACE}","start_time":"${at(0)}","attributes":{"__proto__":{"admin":1}}},
    "spans":[{"span_id":"s","trace_id":"${TRACE}","name":"s","start_time":"${at(1)}","idempotency_key":"k",
    "attributes":{"__proto__":{"admin":2}}}]}`
  await api.request('POST', '/api/v1/ingest/traces', { key: project.key, body })
  const response = await api.request('GET', `/api/v1/traces/${TRACE}`, { key: project.key })
  const text = await response.text()
  expect(text).toContain('"attributes":{"__proto__":{"admin":1}}')
  expect(text).toContain('"attributes":{"__proto__":{"admin":2}}')
  expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
})

test('the tree has every span and no payload', async () => {
  const project = await mint()
  await say(project, [span('s', { input: 'marker-in', output: 'marker-out', attributes: { marker: 1 } })])
  const response = await api.request('GET', `/api/v1/traces/${TRACE}?spans=tree`, { key: project.key })
  const text = await response.text()
  expect(checkOf(getTrace.response).Check(JSON.parse(text))).toBe(true)
  expect(text.slice(text.indexOf('"spans"'))).not.toContain('marker')
})

test('past 2,000 spans the full form is cut and says so; the tree has them all', async () => {
  const project = await mint()
  const spans = Array.from({ length: 2003 }, (_, index) =>
    span(`s${String(index).padStart(4, '0')}`, { start_time: at(index), end_time: at(index + 5) }),
  )
  await say(project, spans)
  const answer = await full(project)
  expect(answer.spans).toHaveLength(2000)
  expect(answer).toMatchObject({ spans_truncated: true, timeline_truncated: true })
  // Where the spans end, the timeline ends: no entry is there while an earlier one is missing.
  expect(answer.timeline.at(-1)?.timestamp).toBe(shown(1999))
  const all = await tree(project)
  expect(all.spans).toHaveLength(2003)
  expect(all.spans_truncated).toBe(false)
})

test('past 5,000 entries the timeline is cut and says so', async () => {
  const project = await mint()
  for (const part of [0, 1]) {
    const events = Array.from({ length: 2600 }, (_, index) => event('LOG', 's', part * 2600 + index))
    await tell(project, '/ingest/spans', { events })
  }
  const { timeline, timeline_truncated, spans_truncated } = await full(project)
  expect(timeline).toHaveLength(5000)
  expect({ timeline_truncated, spans_truncated }).toEqual({
    timeline_truncated: true,
    spans_truncated: false,
  })
})

test('one answer needs at most 32 MB of stored bodies; what it leaves out it says', async () => {
  const project = await mint()
  for (const name of ['a', 'b', 'c', 'd']) {
    await say(project, [span(name, { input: name.repeat(11 * 1024 * 1024) })])
  }
  const answer = await full(project)
  expect(answer.spans.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(answer).toMatchObject({ spans_truncated: true, timeline_truncated: true })
  expect((await tree(project)).spans).toHaveLength(4)
})

test('W-81: an evaluation of a span alone is shown with its trace', async () => {
  const project = await mint()
  await say(project, [span('s')])
  const evaluation = {
    eval_name: 'faithful',
    eval_model: 'm',
    score: 0.5,
    passed: false,
    idempotency_key: 'e',
  }
  await tell(project, '/evals', { ...evaluation, span_id: 's' })
  expect((await full(project)).evaluations).toMatchObject([
    { trace_id: TRACE, span_id: 's', eval_name: 'faithful', score: 0.5, passed: false, metadata: {} },
  ])
})

test('evaluations come newest first', async () => {
  const project = await mint()
  const evaluation = { trace_id: TRACE, eval_model: 'm', score: 1, passed: true }
  try {
    for (const [index, eval_name] of ['first', 'second', 'third'].entries()) {
      deps.setClock(Date.now() + index * 1000)
      await tell(project, '/evals', { ...evaluation, eval_name, idempotency_key: eval_name })
    }
  } finally {
    deps.setClock(null)
  }
  const { evaluations } = await full(project)
  expect(evaluations.map(({ eval_name }) => eval_name)).toEqual(['third', 'second', 'first'])
})

test('W-47: a trace of 300 spans takes as many statements as one of 3', async () => {
  let statements = 0
  const counted = <T extends object>(sql: T): T =>
    new Proxy(sql, {
      apply(tag, self, args) {
        statements++
        // A tag is called like any function; what it gives is passed on as it is.
        return Reflect.apply(tag as (...given: unknown[]) => unknown, self, args)
      },
    })
  const read = new Proxy(deps.database.read, {
    get(target, name, receiver) {
      if (name !== 'begin') return Reflect.get(target, name, receiver) as unknown
      // Every statement of the transaction goes through the tag that `begin` hands out.
      return (options: string, work: (sql: object) => unknown) =>
        target.begin(options, (sql) => work(counted(sql)))
    },
  })
  const counting = { ...deps, database: { ...deps.database, read } }
  const { request } = testApi(counting, (await query(counting)).routes)
  const counts: number[] = []
  for (const size of [3, 300]) {
    const project = await mint()
    for (const part of [0, 1, 2]) {
      await say(
        project,
        Array.from({ length: size / 3 }, (_, index) => span(`s${part}-${index}`)),
      )
    }
    await tell(project, '/ingest/spans', { events: [event('LOG', 's0-0', 2)] })
    statements = 0
    const response = await request('GET', `/api/v1/traces/${TRACE}`, { key: project.key })
    expect(await response.json()).toMatchObject({ spans: { length: size } })
    counts.push(statements)
  }
  expect(counts[0]).toBeGreaterThan(0)
  expect(counts[0]).toBeLessThan(15)
  expect(counts[1]).toBe(counts[0] ?? 0)
})

test('spans that arrive while a trace is read do not tear the answer: counters and spans agree', async () => {
  const project = await mint()
  await say(project, [span('s-0')])
  const writing = (async () => {
    for (let index = 1; index <= 40; index++) await say(project, [span(`s-${index}`)])
  })()
  for (let round = 0; round < 40; round++) {
    const { trace, spans } = await tree(project)
    expect(spans).toHaveLength(trace.total_spans)
  }
  await writing
})
