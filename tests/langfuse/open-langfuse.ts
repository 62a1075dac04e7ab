import { getTrace } from '#shared/contract/traces.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub } from '../query/open-hub.ts'

type Json = Record<string, unknown>
type Answer = {
  successes: { id: string; status: number }[]
  errors: { id: string; status: number; message: string; error: string }[]
}

export { at }

/** An entry of a batch as the SDK of Python writes it, some seconds into the last hour. */
export const entry = (type: string, seconds: number, body: Json, more: Json = {}): Json => ({
  id: crypto.randomUUID(),
  type,
  timestamp: at(seconds),
  body,
  ...more,
})

/** A hub with the doors that the clients of Langfuse know. */
export async function openLangfuse() {
  const hub = await openHub()

  async function post(project: TestProject, body: unknown) {
    const authorization = `Basic ${btoa(`pk-any:${project.key}`)}`
    const response = await hub.api.request('POST', '/api/public/ingestion', {
      body,
      headers: { authorization },
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  async function send(project: TestProject, batch: unknown[]): Promise<Answer> {
    const { status, text } = await post(project, { batch, metadata: { sdk_name: 'test' } })
    if (status !== 207) throw new Error(`${status}: ${text}`)
    return JSON.parse(text) as Answer
  }

  /** Sends what must be taken whole. */
  async function sendAll(project: TestProject, batch: unknown[]): Promise<void> {
    const { errors, successes } = await send(project, batch)
    if (errors.length > 0 || successes.length !== batch.length) throw new Error(JSON.stringify(errors))
  }

  /** A trace, and each of its spans in full by name. */
  async function traceOf(project: TestProject, trace_id: string) {
    const answer = await hub.ask(project, getTrace, { params: { trace_id } })
    const spans = answer.spans.filter((span) => 'input' in span)
    return { ...answer, spans, spanOf: (name: string) => spans.find((span) => span.name === name) }
  }

  /** What the hub makes of one trace that is told in one batch. */
  async function read(batch: Json[], trace_id: string) {
    const project = await hub.mint()
    await sendAll(project, batch)
    return traceOf(project, trace_id)
  }

  return { ...hub, post, send, sendAll, traceOf, read }
}
