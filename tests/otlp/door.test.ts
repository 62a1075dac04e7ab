import { afterAll, expect, test } from 'bun:test'
import zlib from 'node:zlib'
import { encodeRequest, otlpRequest } from '#shared/testing/otlp.ts'
import { openOtlp, otlpSpan, PROTOBUF, spanId, traceId } from './open-otlp.ts'

const hub = await openOtlp()
afterAll(hub.stop)

const attributes = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'gpt-4.1',
  'gen_ai.usage.input_tokens': 12,
  'gen_ai.usage.output_tokens': 3,
  'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'Hello?' }] }]),
  'gen_ai.output.messages': JSON.stringify([
    { role: 'assistant', parts: [{ type: 'text', content: 'Hi.' }], finish_reason: 'stop' },
  ]),
}

test.each([
  ['json', '/v1/traces'],
  ['json', '/otel/v1/traces'],
  ['protobuf', '/v1/traces'],
  ['protobuf', '/api/public/otel/v1/traces'],
])('a span in %s at %s is stored, and answered in the same content type', async (wire, path) => {
  const project = await hub.mint()
  const trace = traceId()
  const document = otlpRequest([otlpSpan(trace, { name: 'chat gpt-4.1', attributes })], 'my-lib', {
    'service.version': '1.2.3',
    'deployment.environment.name': 'prod',
  })
  const type = wire === 'json' ? 'application/json' : PROTOBUF
  const body = wire === 'json' ? JSON.stringify(document) : encodeRequest(document)
  const answer = await hub.post(project, body, { 'content-type': type }, path)
  expect([answer.status, answer.type?.split(';')[0]]).toEqual([200, type])
  expect(String(answer.bytes)).toBe(wire === 'json' ? '{"partialSuccess":{}}' : '')
  const { trace: shown, spans } = await hub.traceOf(project, trace)
  expect(shown).toMatchObject({
    status: 'success',
    name: 'chat gpt-4.1',
    release: '1.2.3',
    environment: 'prod',
  })
  expect(spans).toHaveLength(1)
  expect(spans[0]).toMatchObject({
    ...{ span_type: 'llm', model: 'gpt-4.1', input_tokens: 12, output_tokens: 3 },
    input: [{ role: 'user', content: 'Hello?' }],
    output: [{ role: 'assistant', content: 'Hi.', finish_reason: 'stop' }],
  })
})

test.each(['gzip', 'zstd'] as const)('a body in %s is inflated', async (encoding) => {
  const project = await hub.mint()
  const trace = traceId()
  const plain = encodeRequest(otlpRequest([otlpSpan(trace)]))
  const body = encoding === 'gzip' ? zlib.gzipSync(plain) : Bun.zstdCompressSync(plain)
  const { status } = await hub.post(project, body, { 'content-type': PROTOBUF, 'content-encoding': encoding })
  expect(status).toBe(200)
  expect((await hub.traceOf(project, trace)).spans).toHaveLength(1)
})

test('a body in chunks without a length is read', async () => {
  const project = await hub.mint()
  const trace = traceId()
  const text = JSON.stringify(otlpRequest([otlpSpan(trace)]))
  const parts = [text.slice(0, 50), text.slice(50)]
  const body = new ReadableStream({
    pull(controller) {
      const part = parts.shift()
      if (part === undefined) controller.close()
      else controller.enqueue(Buffer.from(part))
    },
  })
  const headers = { 'x-api-key': project.key, 'content-type': 'application/json' }
  const response = await hub.api.fetch(
    new Request('http://localhost/v1/traces', { method: 'POST', body, headers }),
  )
  expect(response.status).toBe(200)
  expect((await hub.traceOf(project, trace)).spans).toHaveLength(1)
})

test('a request without spans is fine, in either form', async () => {
  const project = await hub.mint()
  expect((await hub.post(project, '{}')).status).toBe(200)
  expect((await hub.post(project, new Uint8Array(), { 'content-type': PROTOBUF })).status).toBe(200)
})

test('the same request again stores nothing more', async () => {
  const project = await hub.mint()
  const trace = traceId()
  const spans = [otlpSpan(trace), otlpSpan(trace)]
  await hub.sendProtobuf(project, spans)
  await hub.sendProtobuf(project, spans)
  expect((await hub.traceOf(project, trace)).trace.total_spans).toBe(2)
  const [ledger] = await hub.deps.database.sql<{ stored: number; duplicate: number; bodies: number }[]>`
    select sum(stored)::int stored, sum(duplicate)::int duplicate, count(body)::int bodies
    from log l join projects p using (project_no) where p.project_id = ${project.project_id}`
  expect(ledger).toEqual({ stored: 2, duplicate: 2, bodies: 1 })
})

test('a trace is there from its first span, and a parent that comes late takes its place', async () => {
  const project = await hub.mint()
  const trace = traceId()
  const root = spanId()
  const child = otlpSpan(trace, { parentSpanId: root, name: 'child' })
  expect(await hub.send(project, [child])).toMatchObject({ status: 200, rejected: 0 })
  const before = await hub.traceOf(project, trace)
  expect(before.trace).toMatchObject({ total_spans: 1, status: 'running' })
  await hub.send(project, [
    otlpSpan(trace, { spanId: root, name: 'root', status: { code: 2, message: 'broke' } }),
  ])
  const after = await hub.traceOf(project, trace)
  expect(after.trace).toMatchObject({ total_spans: 2, status: 'error', name: 'root' })
  expect(after.spanOf('child')?.parent_span_id).toBe(root)
})

test('a trace whose root never comes is running until it has been quiet, then stale, wherever it is asked for', async () => {
  const project = await hub.mint()
  const trace = traceId()
  await hub.send(project, [otlpSpan(trace, { parentSpanId: spanId() })])
  const list = async (query: string) => {
    const response = await hub.api.request('GET', `/api/v1/traces?${query}`, { key: project.key })
    return ((await response.json()) as { items: { id: string; stale: boolean }[] }).items.map(
      ({ stale }) => stale,
    )
  }
  expect([await list(''), await list('status=stale')]).toEqual([[false], []])
  const { sql } = hub.deps.database
  await sql`update traces set updated_at = updated_at - interval '31 minutes' where trace_key = ${trace}`
  expect([await list(''), await list('status=stale'), await list('q=status:stale')]).toEqual([
    [true],
    [true],
    [true],
  ])
  await hub.send(project, [otlpSpan(trace)])
  expect((await hub.traceOf(project, trace)).trace).toMatchObject({ stale: false, status: 'success' })
})

test('spans of several traces in one request go to their traces', async () => {
  const project = await hub.mint()
  const [a, b] = [traceId(), traceId()]
  await hub.sendProtobuf(project, [otlpSpan(a), otlpSpan(b), otlpSpan(b)])
  expect((await hub.traceOf(project, a)).trace.total_spans).toBe(1)
  expect((await hub.traceOf(project, b)).trace.total_spans).toBe(2)
})

test.each([
  ['x-api-key', (key: string) => ({ 'x-api-key': key })],
  ['Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
  ['Basic', (key: string) => ({ authorization: `Basic ${btoa(`pk-any:${key}`)}` })],
])('the key may come as %s', async (_, headersOf) => {
  const project = await hub.mint()
  const body = JSON.stringify(otlpRequest([otlpSpan(traceId())]))
  const headers = { 'content-type': 'application/json', ...headersOf(project.key) }
  const request = new Request('http://localhost/v1/traces', { method: 'POST', body, headers })
  expect((await hub.api.fetch(request)).status).toBe(200)
})
