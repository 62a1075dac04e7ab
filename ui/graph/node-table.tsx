import { Icon } from '../parts/icon.tsx'
import { cost, count, duration, tokens } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { StateIcon } from '../parts/state.tsx'
import { WindowNav, windowOf } from '../parts/windowed.tsx'
import type { Viewer } from '../viewer.ts'
import { stateText } from './figure.tsx'
import type { Graph, GraphNode } from './fold-graph.ts'

const WINDOW = 200
const LONGEST_NAME = 200

/** Where the function of a node stands, as file and line. */
const sourceOf = ({ source_ref }: Pick<GraphNode, 'source_ref'>): string | null =>
  source_ref?.file ? [source_ref.file, source_ref.line].filter((part) => part !== null).join(':') : null

/** How many of the nodes that were visited say where their function stands. */
export const Coverage = ({ viewer, nodes }: { viewer: Viewer; nodes: GraphNode[] }) => {
  const visited = nodes.filter(({ kind, visits }) => kind === 'node' && visits > 0)
  const sourced = visited.filter((node) => sourceOf(node) !== null).length
  return <span>{viewer.text.graph.coverage(count(viewer, sourced), count(viewer, visited.length))}</span>
}

const Row = ({ viewer, node, href }: { viewer: Viewer; node: GraphNode; href: string }) => {
  const source = sourceOf(node)
  return (
    <tr class={node.running > 0 ? 'is-running' : undefined}>
      <th scope="row">
        <span class="graph-row-name">
          {node.status === null ? (
            <span class="state state-cancelled state-small">
              <Icon name="next" />
            </span>
          ) : (
            <StateIcon viewer={viewer} status={node.status} />
          )}
          <span>
            {node.visits > 0 ? (
              <a href={href}>
                <Said>{node.name.slice(0, LONGEST_NAME)}</Said>
              </a>
            ) : (
              <Said>{node.name.slice(0, LONGEST_NAME)}</Said>
            )}
            <span class="sub">{stateText(viewer, node)}</span>
            {source !== null && (
              <span class="sub">
                <Said>{source}</Said>
              </span>
            )}
          </span>
        </span>
      </th>
      <td class="number">{node.visits > 0 ? count(viewer, node.visits) : '–'}</td>
      <td class="number">{duration(viewer, node.last_ms)}</td>
      <td class="number">{duration(viewer, node.total_ms)}</td>
      <td class="number cell-tokens">{tokens(viewer, node.input_tokens, node.output_tokens)}</td>
      <td class="number cell-tokens">{cost(viewer, node.cost_usd)}</td>
    </tr>
  )
}

type Props = { viewer: Viewer; path: string; graph: Graph; hrefOf: (node_id: string) => string }

/** The same graph as rows: all that the drawing says, for every reader and every size. */
export const NodeTable = ({ viewer, path, graph, hrefOf }: Props) => {
  const { graph: text, trace, list, span } = viewer.text
  const nodes = graph.nodes.filter(({ kind }) => kind === 'node')
  const running = nodes.filter((node) => node.running > 0).length
  const window = windowOf(viewer, nodes, WINDOW)
  return (
    <section class="graph-side" aria-label={text.nodes}>
      <p class="graph-sum">
        <strong>{text.running(count(viewer, running), count(viewer, nodes.length))}</strong>
        <Coverage viewer={viewer} nodes={nodes} />
      </p>
      <WindowNav viewer={viewer} path={path} window={window} />
      <div class="graph-table" role="region" aria-label={text.nodes} tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{span.node}</th>
              <th scope="col" class="number">
                {text.times}
              </th>
              <th scope="col" class="number">
                {text.last}
              </th>
              <th scope="col" class="number">
                {text.total}
              </th>
              <th scope="col" class="number cell-tokens">
                {list.tokens}
              </th>
              <th scope="col" class="number cell-tokens">
                {trace.cost}
              </th>
            </tr>
          </thead>
          <tbody>
            {window.items.map((node) => (
              <Row viewer={viewer} node={node} href={hrefOf(node.node_id)} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
