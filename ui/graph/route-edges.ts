import { curveBasis, line } from 'd3-shape'
import type { Drawing, GraphEdge } from './fold-graph.ts'
import { LOOP, NODE, sizeOf } from './form-of.ts'
import type { Form, Placed, Point } from './place-graph.ts'

/** An edge as a path, and the middle of it, where its count stands. */
export type Route = { edge: GraphEdge; path: string; middle: Point }

const smooth = line<Point>(
  ({ x }) => x,
  ({ y }) => y,
)
  .curve(curveBasis)
  .digits(1)

const middleOf = (points: Point[]): Point => points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 }

function loopAt({ x, y }: Point): Pick<Route, 'path' | 'middle'> {
  const [side, out] = [x + NODE.width / 2, x + NODE.width / 2 + LOOP]
  return {
    path: `M${side},${y - 14}C${out},${y - 24} ${out},${y + 24} ${side},${y + 14}`,
    middle: { x: side + LOOP * 0.72, y },
  }
}

/** An edge that the layout did not know: bowed past what stands between. */
function beside(from: Point & { height: number }, to: Point & { height: number }): Point[] {
  const down = to.y >= from.y ? 1 : -1
  const start = { x: from.x + 20, y: from.y + (down * from.height) / 2 }
  const end = { x: to.x + 20, y: to.y - (down * to.height) / 2 }
  const far = Math.max(from.x, to.x) + NODE.width / 2 + 24
  return [
    start,
    { x: far, y: start.y + down * 20 },
    { x: far, y: (start.y + end.y) / 2 },
    { x: far, y: end.y - down * 20 },
    end,
  ]
}

/** The path of every edge of a drawing. */
export function routeEdges({ nodes, edges }: Drawing, form: Form, placed: Placed): Route[] {
  const at = new Map(
    nodes.map((drawn, n) => [
      drawn.id,
      { ...(placed.nodes[n] ?? { x: 0, y: 0 }), height: sizeOf(drawn).height },
    ]),
  )
  const laid = new Map(form.edges.map(([from, to], n) => [`${from}\0${to}`, placed.edges[n] ?? []]))
  return edges.flatMap((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)]
    if (!from || !to) return []
    if (edge.from === edge.to) return [{ edge, ...loopAt(from) }]
    const points = laid.get(`${edge.from}\0${edge.to}`) ?? beside(from, to)
    return [{ edge, path: smooth(points) ?? '', middle: middleOf(points) }]
  })
}
