import type { Child } from 'hono/jsx'
import { Icon } from '../parts/icon.tsx'
import { boosted } from '../parts/live.tsx'
import { tracePath } from '../parts/span-detail.tsx'
import type { Viewer } from '../viewer.ts'
import { Figure } from './figure.tsx'
import { foldGraph, hasSubgraphs, type DrawnNode, type Graph } from './fold-graph.ts'
import { formOf } from './form-of.ts'
import { layOut } from './lay-out.ts'
import { NodeTable } from './node-table.tsx'

const isUnfolded = ({ url }: Viewer) => url.searchParams.get('subgraphs') === 'open'

const Legend = ({ viewer, graph }: { viewer: Viewer; graph: Graph }) => {
  const { graph: text } = viewer.text
  const inferred = graph.edges.some((edge) => edge.inferred) ? (['inferred'] as const) : []
  return (
    <span class="graph-legend">
      {(['taken', 'declared', ...inferred] as const).map((kind) => (
        <span>
          <svg class={`graph-edge is-${kind}`} viewBox="0 0 28 8" width="28" height="8" aria-hidden="true">
            <path d="M1 4h26" />
          </svg>
          {text.edge[kind]}
        </span>
      ))}
    </span>
  )
}

const Buttons = ({ viewer: { text } }: { viewer: Viewer }) => (
  <span class="graph-zoom" role="group" aria-label={text.graph.zoom}>
    {(['in', 'out', 'fit'] as const).map((act) => (
      <button type="button" class="button small" data-zoom={act}>
        {text.graph.zooms[act]}
      </button>
    ))}
  </span>
)

const Head = ({ viewer, path, graph }: { viewer: Viewer; path: string; graph: Graph }) => {
  const { graph: text } = viewer.text
  const unfolded = isUnfolded(viewer)
  return (
    <div class="graph-head">
      <Legend viewer={viewer} graph={graph} />
      {hasSubgraphs(graph) && (
        <span {...boosted('trace-view')}>
          <a class="button small" href={viewer.keep(path, { subgraphs: unfolded ? null : 'open' })}>
            <Icon name={unfolded ? 'close' : 'plus'} />
            {unfolded ? text.fold : text.unfold}
          </a>
        </span>
      )}
      <Buttons viewer={viewer} />
    </div>
  )
}

/** The nodes and edges of a run: drawn where a drawing can be read, and always as a table. */
export async function paintGraph(viewer: Viewer, graph: Graph): Promise<Child> {
  const { trace } = graph
  const { graph: text } = viewer.text
  const path = tracePath(trace.id)
  if (graph.nodes.length === 0) return <p class="empty">{text.empty}</p>
  const hrefOf = (node_id: string) =>
    viewer.to(`${path}/nodes/${encodeURIComponent(node_id)}`, { project_id: trace.project_id })
  const hrefOfDrawn = ({ id, node, folded }: DrawnNode) => {
    if (folded?.kind === 'subgraph') return viewer.keep(path, { subgraphs: 'open' })
    return folded || node.visits === 0 ? `${viewer.keep(path, {})}#graph-nodes` : hrefOf(id)
  }
  const drawing = foldGraph(graph, isUnfolded(viewer))
  const placed = drawing && (await layOut(formOf(drawing)))
  return (
    <div class={`graph-panes${trace.stale ? ' is-stale' : ''}`}>
      {drawing && placed ? (
        <section class="graph-main" aria-label={text.title}>
          <Head viewer={viewer} path={path} graph={graph} />
          <div class="graph-box" role="region" aria-label={text.title} tabindex={0}>
            <Figure viewer={viewer} drawing={drawing} placed={placed} hrefOf={hrefOfDrawn} />
          </div>
        </section>
      ) : (
        <p class="hint">{text.too_large}</p>
      )}
      <div id="graph-nodes">
        {graph.truncated && <p class="hint">{text.cut}</p>}
        <NodeTable viewer={viewer} path={path} graph={graph} hrefOf={hrefOf} />
      </div>
    </div>
  )
}
