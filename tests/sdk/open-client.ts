import { getTrace } from '#shared/contract/traces.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { LLMTraceClient, type ClientOptions } from '../../sdk/typescript/src/index.ts'
import { openHub } from '../query/open-hub.ts'

/** A hub, and clients of projects of their own in it, over the hub's door without a socket. */
export async function openClients() {
  const hub = await openHub()

  async function open(options: ClientOptions = {}) {
    const project = await hub.mint()
    const client = new LLMTraceClient({
      baseUrl: 'http://localhost',
      apiKey: project.key,
      fetch: async (url, init) => hub.api.fetch(new Request(url, init)),
      exitTimeoutMs: 0,
      ...options,
    })
    return { project, client }
  }

  /** Everything that the hub knows of a trace, its spans by name. */
  async function traceOf(project: TestProject, trace_id: string) {
    const answer = await hub.ask(project, getTrace, { params: { trace_id } })
    const spans = answer.spans.filter((span) => 'input' in span)
    return { ...answer, spans, spanOf: (name: string) => spans.find((span) => span.name === name) }
  }

  return { ...hub, open, traceOf }
}
