import { expect } from 'bun:test'
import { Annotation } from '@langchain/langgraph'
import { getGraph } from '../../../shared/contract/graph.ts'
import type { TestProject } from '../../../shared/testing/project.ts'
import type { LLMTraceClient } from '../../../sdk/typescript/src/index.ts'
import { openClients } from '../../sdk/open-client.ts'

/** The state of the apps. */
export const State = Annotation.Root({
  n: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }),
  log: Annotation<string[]>({ reducer: (before, next) => [...before, ...next], default: () => [] }),
})

/** A node that only says that it was there. */
export const step = (name: string) => async () => ({ log: [name] })

/** The hub that these apps report to. */
export async function openGraphs() {
  const hub = await openClients()

  /** The id of the only trace that a client has sent. */
  async function lastTrace(project: TestProject): Promise<string> {
    const response = await hub.api.request('GET', '/api/v1/traces?page_size=10', { key: project.key })
    const { items } = (await response.json()) as { items: { id: string }[] }
    return items[0]?.id ?? ''
  }

  /** What the hub tells of the last run. */
  async function told(project: TestProject, client: LLMTraceClient) {
    await client.flush()
    expect(client.stats()).toMatchObject({ dropped: 0, rejected: 0, faults: 0 })
    const trace_id = await lastTrace(project)
    const graph = await hub.ask(project, getGraph, { params: { trace_id } })
    const rest = await hub.traceOf(project, trace_id)
    return {
      ...rest,
      graph,
      nodes: Object.fromEntries(graph.nodes.map(({ node_id, visits }) => [node_id, visits])),
      taken: graph.edges
        .filter(({ taken }) => taken > 0)
        .map(({ from, to, taken }) => `${from} ${to} ${taken}`)
        .toSorted(),
      declared: graph.edges
        .filter(({ declared }) => declared)
        .map(({ from, to }) => `${from} ${to}`)
        .toSorted(),
    }
  }

  return { hub, told }
}
