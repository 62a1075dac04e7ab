import type { LLMTraceClient } from '../client.ts'
import { TraceHubCallbackHandler } from './handler.ts'
import type { HandlerOptions } from './runs.ts'
import { readTopology, type CompiledGraph } from './topology.ts'

type WithConfig = { withConfig: (config: { callbacks: TraceHubCallbackHandler[] }) => unknown }

const takesConfig = (graph: object): graph is WithConfig =>
  'withConfig' in graph && typeof graph.withConfig === 'function'

/**
 * The same compiled graph, every run of which is recorded with its declared topology, so that edges are exact and nodes
 * that were not visited are seen. What cannot be read or wrapped is left as it is.
 */
export function traceGraph<G extends CompiledGraph & object>(
  hub: LLMTraceClient,
  graph: G,
  options: HandlerOptions = {},
): G {
  const { fault } = hub.inside
  try {
    const topology = readTopology(graph).catch((error: unknown) => {
      fault(error)
      return null
    })
    const name = graph.name && graph.name !== 'LangGraph' ? { name: graph.name } : {}
    const handler = new TraceHubCallbackHandler(hub, { graph: topology, ...name, ...options })
    // withConfig gives a graph of the same kind.
    return takesConfig(graph) ? (graph.withConfig({ callbacks: [handler] }) as G) : graph
  } catch (error) {
    fault(error)
    return graph
  }
}
