import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre'

/** The form of a drawing, without anything that changes while a run goes on. */
export type Form = {
  nodes: { id: string; width: number; height: number }[]
  edges: [from: string, to: string][]
}

export type Point = { x: number; y: number }

/** Where everything stands; nodes by their centre, edges by their bends, in the order of the form. */
export type Placed = { width: number; height: number; nodes: Point[]; edges: Point[][] }

const MARGIN = 16
/** Room for the count of an edge is kept from the start, so that nothing moves when it appears. */
const LABEL = { width: 30, height: 18, labelpos: 'c' } as const

/** Lays a form out in layers from top to bottom. The same form gives the same places. */
export function placeGraph({ nodes, edges }: Form): Placed {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 44, edgesep: 16, marginx: MARGIN, marginy: MARGIN })
  // Names of nodes are any text; dagre gets numbers, so that no name can be mistaken.
  const numbers = new Map(nodes.map(({ id }, at) => [id, String(at)]))
  for (const [at, { width, height }] of nodes.entries()) graph.setNode(String(at), { width, height })
  for (const [at, [from, to]] of edges.entries()) {
    graph.setEdge(numbers.get(from) ?? '', numbers.get(to) ?? '', { ...LABEL }, String(at))
  }
  layout(graph)
  const size = graph.graph()
  const placed: Placed = { width: size.width ?? 0, height: size.height ?? 0, nodes: [], edges: [] }
  for (const at of nodes.keys()) {
    const { x = 0, y = 0 } = graph.node(String(at))
    placed.nodes.push({ x, y })
  }
  for (const [at, [from, to]] of edges.entries()) {
    const edge = graph.edge(numbers.get(from) ?? '', numbers.get(to) ?? '', String(at))
    placed.edges.push((edge.points ?? []).map(({ x, y }: Point) => ({ x, y })))
  }
  return placed
}
