import { statusCode, statusName } from '#shared/schema/status.ts'
import { count, duration } from '../parts/quantity.ts'
import { Icon } from '../parts/icon.tsx'
import { plain } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'
import { fitText } from './fit-text.ts'
import type { DrawnNode, Drawing, GraphNode } from './fold-graph.ts'
import { formOf, NODE, sizeOf } from './form-of.ts'
import type { Placed, Point } from './place-graph.ts'
import { routeEdges, type Route } from './route-edges.ts'

/** Width for a name in the figure, in pixels of its own. */
const NAME = 150
const LONGEST_TITLE = 200

/** The state of a node; one without a visit waits. */
const stateOf = ({ status }: GraphNode) => (status === null ? 'waiting' : statusName(statusCode(status)))

export const stateText = ({ text }: Viewer, node: GraphNode): string => {
  const state = stateOf(node)
  return state === 'waiting' ? text.graph.waiting : text.status[state]
}

/** The second line of a node: how it stands, and how long the last visit took. */
function lineOf(viewer: Viewer, node: DrawnNode['node']): string {
  const has_time = node.visits > 0 && stateOf(node) !== 'running'
  return [stateText(viewer, node), ...(has_time ? [duration(viewer, node.last_ms)] : [])].join(' · ')
}

/** A node in words, for those who hear it and for those who point at it. */
function wordsOf(viewer: Viewer, { node, folded }: DrawnNode): string {
  const { graph: text } = viewer.text
  const parts = [
    plain(node.name.slice(0, LONGEST_TITLE)),
    folded ? text.folded[folded.kind](count(viewer, folded.size)) : null,
    lineOf(viewer, node),
    node.visits > 0 ? text.visits(node.visits) : null,
    node.visits > 1 && node.total_ms !== null ? duration(viewer, node.total_ms) : null,
  ]
  return parts.filter((part) => part !== null).join(', ')
}

type NodeProps = { viewer: Viewer; drawn: DrawnNode; at: Point; href: string }

const Frame = ({ viewer, drawn, at }: Omit<NodeProps, 'href'>) => {
  const { width, height } = sizeOf(drawn)
  return (
    <g class="graph-frame" transform={`translate(${at.x - width / 2},${at.y - height / 2})`}>
      <rect width={width} height={height} rx={height / 2} />
      <text x={width / 2} y={height / 2 + 4} text-anchor="middle">
        {drawn.node.kind === 'start' ? viewer.text.graph.start : viewer.text.graph.end}
      </text>
    </g>
  )
}

const Box = ({ viewer, drawn, at, href }: NodeProps) => {
  const { node, folded } = drawn
  const { width, height } = NODE
  const state = stateOf(node)
  const words = wordsOf(viewer, drawn)
  const badge = folded
    ? count(viewer, folded.size)
    : node.visits > 1
      ? `×${count(viewer, node.visits)}`
      : null
  return (
    <a
      href={href}
      class={`graph-node is-${state}`}
      aria-label={words}
      transform={`translate(${at.x - width / 2},${at.y - height / 2})`}
    >
      <title>{words}</title>
      <rect class="graph-halo" x="-4" y="-4" width={width + 8} height={height + 8} rx="13" />
      {folded && <rect class="graph-behind" x="5" y="5" width={width} height={height} rx="9" />}
      <rect class="graph-box-shape" width={width} height={height} rx="9" />
      <g class="graph-icon" transform="translate(12,10)">
        <Icon name={state === 'waiting' ? 'next' : state} />
      </g>
      <text class="graph-name" x="36" y="23">
        {fitText(plain(node.name.slice(0, LONGEST_TITLE)), NAME)}
      </text>{' '}
      <text class="graph-state" x="36" y="43">
        {lineOf(viewer, node)}
      </text>
      {badge && (
        <text class="graph-badge" x={width - 12} y="43" text-anchor="end">
          {badge}
        </text>
      )}
    </a>
  )
}

const Edge = ({ viewer, route: { edge, path, middle } }: { viewer: Viewer; route: Route }) => {
  const kind = edge.taken > 0 ? 'taken' : 'declared'
  return (
    <g class={`graph-edge is-${edge.inferred ? 'inferred' : kind}`}>
      <path d={path} marker-end={`url(#graph-arrow-${kind})`} />
      {edge.taken > 1 && (
        <>
          <rect x={middle.x - 14} y={middle.y - 9} width="28" height="18" rx="9" />
          <text x={middle.x} y={middle.y + 4} text-anchor="middle">
            {`×${count(viewer, edge.taken)}`}
          </text>
        </>
      )}
    </g>
  )
}

const Arrow = ({ kind }: { kind: string }) => (
  <marker
    id={`graph-arrow-${kind}`}
    class={`graph-arrow is-${kind}`}
    viewBox="0 0 10 10"
    refX="9"
    refY="5"
    markerWidth="7"
    markerHeight="7"
    orient="auto-start-reverse"
  >
    <path d="M0 1 9 5 0 9z" />
  </marker>
)

type Props = { viewer: Viewer; drawing: Drawing; placed: Placed; hrefOf: (drawn: DrawnNode) => string }

/** The graph as a drawing of links: what was taken solid with its count, what was only declared dashed. */
export const Figure = ({ viewer, drawing, placed, hrefOf }: Props) => {
  const routes = routeEdges(drawing, formOf(drawing), placed)
  const right = Math.max(placed.width, ...routes.map(({ middle }) => middle.x + 32))
  const [width, height] = [Math.ceil(right), Math.ceil(placed.height)]
  // Where the run is: the script looks there first when the whole does not fit.
  const busy = drawing.nodes.findIndex(({ node }) => node.running > 0)
  const focus = placed.nodes[Math.max(0, busy)]
  return (
    <svg
      id="graph"
      class="graph"
      role="group"
      aria-label={viewer.text.graph.title}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      data-focus={focus && `${Math.round(focus.x)} ${Math.round(focus.y)}`}
    >
      <defs>
        <Arrow kind="taken" />
        <Arrow kind="declared" />
      </defs>
      <g id="graph-pan">
        {routes
          .toSorted((a, b) => Math.sign(a.edge.taken) - Math.sign(b.edge.taken))
          .map((route) => (
            <Edge viewer={viewer} route={route} />
          ))}
        {drawing.nodes.map((drawn, n) => {
          const at = placed.nodes[n] ?? { x: 0, y: 0 }
          if (drawn.node.kind !== 'node') return <Frame viewer={viewer} drawn={drawn} at={at} />
          return <Box viewer={viewer} drawn={drawn} at={at} href={hrefOf(drawn)} />
        })}
      </g>
    </svg>
  )
}
