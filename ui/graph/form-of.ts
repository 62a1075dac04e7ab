import type { Drawing, DrawnNode } from './fold-graph.ts'
import type { Form } from './place-graph.ts'

export const NODE = { width: 196, height: 58 }
const FRAME = { width: 72, height: 30 }
/** How far the edge of a node to itself stands out. */
export const LOOP = 40

export const sizeOf = ({ node }: DrawnNode) => (node.kind === 'node' ? NODE : FRAME)

/**
 * What decides where things stand: with a declaration that names every node, only what was declared, so that an edge
 * taken beside it moves nothing.
 */
export function formOf({ nodes, edges }: Drawing): Form {
  const is_declared = nodes.every(({ node }) => node.declared) && edges.some(({ declared }) => declared)
  const loops = new Set(edges.flatMap(({ from, to }) => (from === to ? [from] : [])))
  return {
    nodes: nodes.map((drawn) => {
      const { width, height } = sizeOf(drawn)
      return { id: drawn.id, width: width + (loops.has(drawn.id) ? 2 * LOOP : 0), height }
    }),
    edges: edges.flatMap(({ from, to, declared }) =>
      from === to || (is_declared && !declared) ? [] : [[from, to] satisfies [string, string]],
    ),
  }
}
