import type { Output } from '#shared/contract/endpoint.ts'
import type { getGraph } from '#shared/contract/graph.ts'

export type Graph = Output<typeof getGraph>
export type GraphNode = Graph['nodes'][number]
export type GraphEdge = Graph['edges'][number]

/** A node as it is drawn: one of the graph's, or several folded into one. */
export type DrawnNode = {
  id: string
  node: GraphNode
  folded: { kind: 'subgraph' | 'repeat'; size: number } | null
}

/** What is drawn of a graph. */
export type Drawing = { nodes: DrawnNode[]; edges: GraphEdge[] }

/** More than these cannot be read as a drawing, and take long to lay out. */
export const MOST_NODES = 60
const MOST_EDGES = 240

const sum = (values: (number | null)[]): number | null =>
  values.every((value) => value === null)
    ? null
    : values.reduce<number>((total, value) => total + (value ?? 0), 0)

const latest = (nodes: GraphNode[]): GraphNode | undefined =>
  nodes
    .filter(({ last_start }) => last_start !== null)
    .toSorted((a, b) => (a.last_start ?? '').localeCompare(b.last_start ?? ''))
    .at(-1)

/** Several nodes as one: it runs while one of them does, and then is what the latest of them came to. */
function merge(id: string, name: string, nodes: GraphNode[]): GraphNode {
  const last = latest(nodes)
  const of = (field: 'visits' | 'running' | 'errors') => nodes.reduce((total, node) => total + node[field], 0)
  const running = of('running')
  return {
    ...{ node_id: id, name, kind: 'node', node_type: null, subgraph: null, source_ref: null },
    declared: nodes.some(({ declared }) => declared),
    status: running > 0 ? 'running' : (last?.status ?? null),
    ...{ visits: of('visits'), running, errors: of('errors') },
    total_ms: sum(nodes.map(({ total_ms }) => total_ms)),
    ...{ last_ms: last?.last_ms ?? null, last_start: last?.last_start ?? null },
    input_tokens: sum(nodes.map(({ input_tokens }) => input_tokens)),
    output_tokens: sum(nodes.map(({ output_tokens }) => output_tokens)),
    cost_usd: sum(nodes.map(({ cost_usd }) => cost_usd)),
  }
}

/** Edges between what nodes became; those that lead into themselves by folding are gone. */
function joinEdges(edges: GraphEdge[], placeOf: (id: string) => string): GraphEdge[] {
  const joined = new Map<string, GraphEdge>()
  for (const edge of edges) {
    const [from, to] = [placeOf(edge.from), placeOf(edge.to)]
    if (from === to && edge.from !== edge.to) continue
    const key = `${from}\0${to}`
    const before = joined.get(key)
    joined.set(key, {
      ...{ from, to, taken: (before?.taken ?? 0) + edge.taken },
      declared: edge.declared || (before?.declared ?? false),
      conditional: edge.conditional && (before?.conditional ?? true),
      // What one of them is known by, all are known by.
      ...(edge.inferred && (before?.inferred ?? true) ? { inferred: true } : {}),
    })
  }
  return [...joined.values()]
}

type Fold = {
  kind: 'subgraph' | 'repeat'
  placeOf: (node: GraphNode) => string
  nameOf: (id: string, first: GraphNode) => string
}

/** Puts nodes of one place into one; a node of a subgraph by the name of that subgraph joins it. */
function fold({ nodes, edges }: Drawing, { kind, placeOf, nameOf }: Fold): Drawing {
  const places = new Map(nodes.map((drawn) => [drawn.id, placeOf(drawn.node)]))
  const groups = Map.groupBy(nodes, ({ id }) => places.get(id) ?? id)
  const folded = [...groups].flatMap(([id, members]): DrawnNode[] => {
    const [first] = members
    if (!first) return []
    if (members.length === 1 && first.id === id) return [first]
    const inside = members.map(({ node }) => node)
    const size = members.reduce((total, member) => total + (member.folded?.size ?? 1), 0)
    const node = merge(id, nameOf(id, first.node), inside)
    return [{ id, node, folded: { kind, size } }]
  })
  return { nodes: folded, edges: joinEdges(edges, (id) => places.get(id) ?? id) }
}

const outermost = (subgraph: string) => subgraph.split(':')[0] ?? subgraph

const foldSubgraphs = (drawing: Drawing): Drawing =>
  fold(drawing, {
    kind: 'subgraph',
    placeOf: ({ subgraph, node_id }) => (subgraph === null ? node_id : outermost(subgraph)),
    nameOf: (id) => id,
  })

/** Nodes that stand between the same neighbours are one thing done many times, as a fan-out does. */
function foldRepeats(drawing: Drawing): Drawing {
  const [into, out] = [
    Map.groupBy(drawing.edges, ({ to }) => to),
    Map.groupBy(drawing.edges, ({ from }) => from),
  ]
  const signOf = (id: string) =>
    JSON.stringify([
      (into.get(id) ?? []).map(({ from }) => from).toSorted(),
      (out.get(id) ?? []).map(({ to }) => to).toSorted(),
    ])
  const first = new Map<string, string>()
  const places = new Map<string, string>()
  for (const { id, node } of drawing.nodes) {
    const sign = node.kind === 'node' ? signOf(id) : id
    const place = first.get(sign) ?? id
    first.set(sign, place)
    places.set(id, place)
  }
  return fold(drawing, {
    kind: 'repeat',
    placeOf: ({ node_id }) => places.get(node_id) ?? node_id,
    nameOf: (_, node) => node.name,
  })
}

const fits = ({ nodes, edges }: Drawing) => nodes.length <= MOST_NODES && edges.length <= MOST_EDGES

export const hasSubgraphs = ({ nodes }: Graph): boolean => nodes.some(({ subgraph }) => subgraph !== null)

/** What can be drawn of a graph: whole, else with repeats folded; null when even that is too much to read. */
export function foldGraph(graph: Graph, unfolded: boolean): Drawing | null {
  const whole = {
    nodes: graph.nodes.map((node) => ({ id: node.node_id, node, folded: null })),
    edges: graph.edges,
  }
  if (unfolded && fits(whole)) return whole
  const outside = foldSubgraphs(whole)
  if (fits(outside)) return outside
  const once = foldRepeats(outside)
  return fits(once) ? once : null
}
