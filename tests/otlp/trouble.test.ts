import { expect, test } from 'bun:test'
import { encodeRequest, otlpRequest } from '#shared/testing/otlp.ts'
import { openOtlp, otlpSpan, PROTOBUF, traceId } from './open-otlp.ts'
import { serveOtlp } from './serve-otlp.ts'

test('a database that is gone is 503 with Retry-After, never 500', async () => {
  const hub = await openOtlp()
  const project = await hub.mint()
  const send = () =>
    hub.post(project, encodeRequest(otlpRequest([otlpSpan(traceId())])), { 'content-type': PROTOBUF })
  expect((await send()).status).toBe(200)
  await hub.deps.database.stop()
  const { status, headers } = await send()
  expect(status).toBe(503)
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
})

test('what cannot be stored for a reason that nobody knows is 503 too, and the cause is in the log', async () => {
  const hub = await openOtlp()
  const project = await hub.mint()
  const { config } = hub.deps
  Object.defineProperty(config, 'body_seconds', {
    get() {
      throw new Error('broken inside')
    },
  })
  const answer = await hub.post(project, '{}')
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect(answer.bytes.toString()).toContain('not_stored')
  expect(hub.deps.logged.join()).toContain('broken inside')
  await hub.stop()
})

test('a request of many spans of one trace that is sent again is taken again, and stored once', async () => {
  const hub = await openOtlp()
  const project = await hub.mint()
  const trace = traceId()
  const body = encodeRequest(otlpRequest(Array.from({ length: 15_000 }, () => otlpSpan(trace))))
  for (const _ of ['first', 'again'])
    expect((await hub.post(project, body, { 'content-type': PROTOBUF })).status).toBe(200)
  const response = await hub.api.request('GET', '/api/v1/traces?page_size=5', { key: project.key })
  expect(await response.json()).toMatchObject({ items: [{ id: trace, total_spans: 15_000 }] })
  await hub.stop()
})

test('over a socket a body in chunks is read to its end', async () => {
  const hub = await serveOtlp()
  const project = await hub.mint()
  const trace = traceId()
  const parts = encodeRequest(otlpRequest(Array.from({ length: 50 }, () => otlpSpan(trace))))
  const body = new ReadableStream({
    async start(controller) {
      for (let at = 0; at < parts.length; at += 1000) {
        controller.enqueue(new Uint8Array(parts.subarray(at, at + 1000)))
        await Bun.sleep(1)
      }
      controller.close()
    },
  })
  const headers = { 'content-type': PROTOBUF, 'x-api-key': project.key }
  const response = await fetch(`${hub.url}/v1/traces`, { method: 'POST', headers, body })
  expect(response.status).toBe(200)
  expect((await hub.traceOf(project, trace)).trace.total_spans).toBe(50)
  await hub.stop()
})
