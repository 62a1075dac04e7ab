import type { GraphOfRun } from '../ingest-run.ts'

type DrawnEdge = { source: string; target: string; conditional?: boolean | undefined }

/** A graph as LangGraph draws it. */
type Drawn = { nodes: Record<string, { name?: string | undefined }>; edges: DrawnEdge[] }

type DrawOptions = { xray?: boolean }

/** What is used of a compiled graph. */
export type CompiledGraph = {
  name?: string | undefined
  getGraphAsync?: (options?: DrawOptions) => Promise<Drawn>
  getGraph?: (options?: DrawOptions) => Drawn
}

const MOST = { nodes: 1000, edges: 10_000 }

const outerOf = (id: string) => id.slice(0, Math.max(0, id.lastIndexOf(':')))
const isFrame = (id: string) => /(^|:)__(start|end)__$/.test(id)

const edgeOf = ({ source, target, conditional }: DrawnEdge) => ({
  source,
  target,
  ...(conditional ? { conditional: true } : {}),
})

async function draw(graph: CompiledGraph, options: DrawOptions): Promise<Drawn> {
  const drawn = graph.getGraphAsync ? await graph.getGraphAsync(options) : graph.getGraph?.(options)
  return drawn ?? { nodes: {}, edges: [] }
}

/**
 * The topology that a compiled graph declares: its nodes and edges, and those inside its subgraphs as `outer:inner`. A
 * node that holds a subgraph stays a node, since it is visited.
 */
export async function readTopology(graph: CompiledGraph): Promise<GraphOfRun> {
  const outer = await draw(graph, {})
  const xray = await draw(graph, { xray: true }).catch(() => outer)
  const inner = Object.entries(xray.nodes).filter(([id]) => outerOf(id) !== '' && !isFrame(id))
  const within = xray.edges.filter(
    ({ source, target }) =>
      outerOf(source) !== '' && outerOf(source) === outerOf(target) && !isFrame(source) && !isFrame(target),
  )
  return {
    nodes: [...Object.entries(outer.nodes), ...inner]
      .map(([id, { name }]) => ({ id, ...(name ? { name: name.slice(0, 255) } : {}) }))
      .slice(0, MOST.nodes),
    edges: [...outer.edges, ...within].map(edgeOf).slice(0, MOST.edges),
  }
}
