import { afterAll, expect, test } from 'bun:test'
import { encodeRequest, otlpAttributes, otlpRequest } from '#shared/testing/otlp.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { erase } from '../../ingest/upkeep/erase.ts'
import { nanos, otlpSpan, PROTOBUF, spanId, traceId } from '../otlp/open-otlp.ts'
import { at, openHub, TRACES } from './open-hub.ts'
import { placesOf } from './search.ts'
import { seeRecord } from './see-record.ts'

const hub = await openHub()
afterAll(hub.stop)
const { sql } = hub
const { shown, expectWhole, expectErased } = seeRecord(hub)

type Json = Record<string, unknown>
const WIRES = ['json', 'protobuf'] as const

async function post(project: TestProject, wire: (typeof WIRES)[number], document: Json) {
  const response = await hub.api.request('POST', '/v1/traces', {
    key: project.key,
    body: wire === 'json' ? JSON.stringify(document) : new Uint8Array(encodeRequest(document)),
    headers: { 'content-type': wire === 'json' ? 'application/json' : PROTOBUF },
  })
  expect(response.status).toBe(200)
  return await response.text()
}

const secret = () => `비밀 ${crypto.randomUUID()}`

/** A trace as several exports tell it: the root last, words for the trace on several spans, an evaluation. */
function exports(trace: string, words: string): Json[][] {
  const root = spanId()
  const judged = otlpAttributes({ 'gen_ai.evaluation.name': 'tone', 'gen_ai.evaluation.score.value': 0.8 })
  const events = [{ name: 'gen_ai.evaluation.result', attributes: judged }]
  const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 5, 'input.value': words }
  const child = otlpSpan(trace, {
    parentSpanId: root,
    attributes: { ...chat, 'user.id': `u ${words}` },
    events,
  })
  return [
    [
      child,
      otlpSpan(trace, {
        parentSpanId: root,
        attributes: { 'session.id': 's', 'langfuse.trace.tags': ['x'] },
      }),
    ],
    [otlpSpan(trace, { parentSpanId: root, attributes: { 'user.id': `u ${words}` } }), child],
    [
      otlpSpan(trace, {
        spanId: root,
        name: words,
        attributes: { 'user.id': `v ${words}`, 'langfuse.trace.name': 'named' },
      }),
    ],
  ]
}

test.each(WIRES)('what came in %s is what the log says, in any order of the exports', async (wire) => {
  const project = await hub.mint()
  const document = exports(traceId(), 'one')
  for (const spans of document) await post(project, wire, otlpRequest(spans))
  for (const spans of exports(traceId(), 'two').toReversed()) await post(project, wire, otlpRequest(spans))
  await expectWhole(project, { walked: 2 })
})

test('a node below a parent that is told again, shorter and earlier, is what the log says', async () => {
  const project = await hub.mint()
  const [trace, spanIdOfNode, parent] = [traceId(), spanId(), spanId()]
  const metadata = JSON.stringify({ langgraph_node: 'plan', langgraph_step: 1 })
  const node = (ends: number, more: Json) =>
    otlpSpan(trace, {
      ...{ spanId: spanIdOfNode, parentSpanId: parent, name: 'plan', endTimeUnixNano: nanos(ends) },
      attributes: { 'openinference.span.kind': 'CHAIN', metadata, ...more },
    })
  await post(project, 'json', otlpRequest([node(5, { 'input.value': 'in', 'output.value': 'out' })]))
  await expectWhole(project)
  await post(project, 'json', otlpRequest([node(4, { 'output.value': 'other' })]))
  await post(project, 'json', otlpRequest([node(6, {})]))
  await expectWhole(project)
})

test('whatever the order of the exports, the trace shows the same', async () => {
  const rows: unknown[] = []
  const trace = traceId()
  const document = exports(trace, 'same')
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    const project = await hub.mint()
    for (const index of order) await post(project, 'protobuf', otlpRequest(document[index] ?? []))
    const { trace: told } = await shown(project, trace)
    const { project_id: _p, created_at: _c, updated_at: _u, version: _v, ...same } = told as Json
    rows.push(same)
  }
  expect(rows[0]).toMatchObject({ name: 'named', user_id: 'v same', session_id: 's', tags: ['x'] })
  expect(rows).toEqual([rows[0], rows[0], rows[0]])
})

test('a trace that the hub’s own door speaks of too is what the log says', async () => {
  const project = await hub.mint()
  const trace = traceId()
  for (const spans of exports(trace, 'mixed')) {
    await post(project, 'json', otlpRequest(spans))
    await hub.tell(project, TRACES, {
      trace: { trace_id: trace, start_time: at(spans.length), user_id: 'own' },
    })
  }
  expect((await shown(project, trace))['trace']).toMatchObject({
    user_id: 'own',
    session_id: 's',
    name: 'named',
  })
  await expectWhole(project)
})

test.each(WIRES)(
  'nothing of an erased trace is left in %s, and its neighbours in the body are the same',
  async (wire) => {
    const project = await hub.mint()
    const words = secret()
    const [gone, stays] = [traceId(), traceId()]
    const kept = otlpSpan(stays, { name: 'kept', attributes: { 'input.value': '{"n":1.50,"text":"환불"}' } })
    const mine = exports(gone, words).flat()
    const own = (spans: unknown[], note: string) =>
      otlpRequest(spans, 'lib', { note })['resourceSpans'] as unknown[]
    const document = {
      resourceSpans: [...own([mine[0], kept, ...mine.slice(1)], 'shared'), ...own(mine, words)],
    }
    await post(project, wire, document)
    await expectErased(project, { gone: gone, stays: stays, words })
  },
)

test('a user that only a span named is erased', async () => {
  const project = await hub.mint()
  const words = secret()
  const trace = traceId()
  for (const spans of exports(trace, words)) await post(project, 'protobuf', otlpRequest(spans))
  // The trace shows the root's user; this one stands on other spans alone.
  await erase(hub.deps, { project_id: project.project_id, user_id: `u ${words}`, actor: 'operator' })
  expect((await placesOf(sql, words)).filter((place) => !place.startsWith('audit.'))).toEqual([])
})

test.each(WIRES)(
  'private things and hidden names in %s are hidden before anything is stored',
  async (wire) => {
    const project = await hub.mint()
    const masking = { detectors: ['email'], keys: ['password'] }
    const path = `/api/v1/projects/${project.project_id}/settings`
    await hub.api.request('PUT', path, { key: 'dev-key', body: { retention_days: null, masking } })
    const trace = traceId()
    const hidden = [`hidden-${crypto.randomUUID()}`, `hidden-${crypto.randomUUID()}`] as const
    const email = ['hong', 'example.com'].join('@')
    const attributes = {
      ...{ 'input.value': JSON.stringify({ to: email, password: hidden[0] }), 'app.password': hidden[1] },
      ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 123456789 },
    }
    const spans = [
      otlpSpan(trace, { name: `to ${email}`, attributes }),
      { traceId: trace, spanId: 'zz', name: email },
    ]
    expect(await post(project, wire, otlpRequest(spans))).toContain('spans.1')
    for (const text of [...hidden, email]) expect(await placesOf(sql, text)).toEqual([])
    const { trace: told, spans: read } = await shown(project, trace)
    expect(told).toMatchObject({ total_spans: 1, input_tokens: 123456789 })
    expect(JSON.stringify(read)).toContain('[masked:key]')
    await expectWhole(project)
  },
)
