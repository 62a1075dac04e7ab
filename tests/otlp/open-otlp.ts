import { getSpan, getTrace } from '#shared/contract/traces.ts'
import { encodeRequest, otlpAttributes, otlpRequest } from '#shared/testing/otlp.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { openHub } from '../query/open-hub.ts'

type Json = Record<string, unknown>

export const PROTOBUF = 'application/x-protobuf'

const hex = (bytes: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')
export const traceId = (): string => hex(16)
export const spanId = (): string => hex(8)

const HOUR_AGO_MS = Math.floor(Date.now() / 1000 - 3600) * 1000

/** Nanoseconds, some seconds into the last hour. */
export const nanos = (seconds: number): string => `${Math.round((HOUR_AGO_MS + seconds * 1000) * 1000)}000`

/** A span that took a second; `attributes` are written as OTLP writes them. */
export function otlpSpan(
  trace: string,
  { attributes = {}, ...more }: Json & { attributes?: Json } = {},
): Json {
  return {
    traceId: trace,
    spanId: spanId(),
    name: 'work',
    kind: 1,
    startTimeUnixNano: nanos(1),
    endTimeUnixNano: nanos(2),
    attributes: otlpAttributes(attributes),
    ...more,
  }
}

/** A hub with its OTLP doors, and how exporters talk to it. */
export async function openOtlp() {
  const hub = await openHub()

  async function post(
    project: TestProject,
    body: string | Uint8Array,
    headers: Record<string, string> = {},
    path = '/v1/traces',
  ) {
    const sent = typeof body === 'string' ? body : new Uint8Array(body)
    const response = await hub.api.request('POST', path, { key: project.key, body: sent, headers })
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      headers: response.headers,
      bytes: Buffer.from(await response.arrayBuffer()),
    }
  }

  /** Sends JSON and makes sure that each span was taken, or says what was refused. */
  async function send(project: TestProject, spans: unknown[], scope = 'test', resource: Json = {}) {
    const { status, bytes } = await post(project, JSON.stringify(otlpRequest(spans, scope, resource)))
    const answer = JSON.parse(String(bytes)) as {
      partialSuccess?: { rejectedSpans?: string; errorMessage?: string }
    }
    return {
      status,
      rejected: Number(answer.partialSuccess?.rejectedSpans ?? 0),
      message: answer.partialSuccess?.errorMessage ?? '',
    }
  }

  const sendProtobuf = (project: TestProject, spans: unknown[], scope = 'test', resource: Json = {}) =>
    post(project, encodeRequest(otlpRequest(spans, scope, resource)), { 'content-type': PROTOBUF })

  /** The trace, and each of its spans in full by name. */
  async function traceOf(project: TestProject, trace_id: string) {
    const answer = await hub.ask(project, getTrace, { params: { trace_id } })
    const spans = answer.spans.filter((span) => 'input' in span)
    return { ...answer, spans, spanOf: (name: string) => spans.find((span) => span.name === name) }
  }

  const spanOf = (project: TestProject, trace_id: string, span_id: string) =>
    hub.ask(project, getSpan, { params: { trace_id, span_id } })

  /** What the hub makes of one span with these attributes. */
  async function read(attributes: Json, more: Json = {}, scope = 'test') {
    const project = await hub.mint()
    const [trace, id] = [traceId(), spanId()]
    const { rejected, message } = await send(
      project,
      [otlpSpan(trace, { spanId: id, attributes, ...more })],
      scope,
    )
    if (rejected > 0) throw new Error(message)
    const { span } = await spanOf(project, trace, id)
    return { span, trace: (await traceOf(project, trace)).trace }
  }

  return { ...hub, post, send, sendProtobuf, traceOf, spanOf, read }
}
