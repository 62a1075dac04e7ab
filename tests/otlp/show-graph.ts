import { expect } from 'bun:test'
import { getGraph } from '#shared/contract/graph.ts'
import { spansOf, type DialectName, type Run } from './langgraph-wire.ts'
import { openOtlp } from './open-otlp.ts'

/** A hub that shows what it makes of runs of LangGraph. */
export async function openGraphs() {
  const hub = await openOtlp()

  /** What the hub shows of a run of a graph; a way that is not a fact says so. */
  async function shown(run: Run, dialect: DialectName = 'openinference') {
    const project = await hub.mint()
    const { trace, spans } = spansOf(run, dialect)
    expect(await hub.send(project, spans)).toMatchObject({ status: 200, rejected: 0 })
    const { nodes, edges } = await hub.ask(project, getGraph, { params: { trace_id: trace } })
    return {
      project,
      trace,
      visits: Object.fromEntries(nodes.map(({ node_id, visits }) => [node_id, visits])),
      status: Object.fromEntries(nodes.map(({ node_id, status }) => [node_id, status])),
      ways: edges
        .map(({ from, to, taken, inferred }) => `${from} ${to} ${taken}${inferred ? ' inferred' : ''}`)
        .toSorted(),
    }
  }

  return { ...hub, shown }
}
