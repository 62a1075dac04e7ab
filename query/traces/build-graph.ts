import type { Output } from '#shared/contract/endpoint.ts'
import type { getGraph } from '#shared/contract/graph.ts'
import type { NodeRef } from '#shared/protocol/saying.ts'
import { ERROR, RUNNING, SUCCESS, statusName } from '#shared/schema/status.ts'
import { findSources, type Choice } from './find-ways.ts'
import { latestBy } from './number-visits.ts'
import { durationOf, timeOrNull } from './show-trace.ts'

type Answer = Output<typeof getGraph>
type GraphNode = Answer['nodes'][number]
type GraphEdge = Answer['edges'][number]

/** What the graph needs of one visit; times in microseconds. */
export type VisitRow = {
  span_key: string
  status: number | null
  start_time: number | null
  end_time: number | null
  input_tokens: number | null
  output_tokens: number | null
  cost_nano: number | null
  parent_key?: string | null
  node: NodeRef
}

/** The topology that an app declares of itself, as it was checked at the door. */
export type Topology = {
  nodes: { id: string; name: string | null }[]
  edges: { from: string; to: string; conditional: boolean }[]
}

const START = '__start__'
const END = '__end__'

const kindOf = (node_id: string): GraphNode['kind'] =>
  node_id === START ? 'start' : node_id === END ? 'end' : 'node'

const plus = (sum: number | null, value: number | null) => (value === null ? sum : (sum ?? 0) + value)

const emptyNode = (node_id: string, name: string | null, declared: boolean): GraphNode => ({
  ...{ node_id, name: name || node_id, kind: kindOf(node_id), node_type: null, declared, subgraph: null },
  ...{ status: null, visits: 0, running: 0, errors: 0, total_ms: null, last_ms: null, last_start: null },
  ...{ input_tokens: null, output_tokens: null, cost_usd: null, source_ref: null },
})

/** Visits come in order of their start, so that what the last one says stays. */
function addVisit(node: GraphNode, row: VisitRow): void {
  const status = row.status ?? RUNNING
  node.name = row.node.node_name || node.name
  node.node_type = row.node.node_type ?? node.node_type
  node.source_ref = row.node.source_ref ?? node.source_ref
  node.status = statusName(status)
  node.visits++
  node.running += status === RUNNING ? 1 : 0
  node.errors += status === ERROR ? 1 : 0
  node.last_ms = durationOf(row.start_time, row.end_time)
  node.total_ms = plus(node.total_ms, node.last_ms)
  node.last_start = timeOrNull(row.start_time)
  node.input_tokens = plus(node.input_tokens, row.input_tokens)
  node.output_tokens = plus(node.output_tokens, row.output_tokens)
  node.cost_usd = plus(node.cost_usd, row.cost_nano === null ? null : row.cost_nano / 1e9)
}

function nodesOf(rows: VisitRow[], declared: Topology | null): Map<string, GraphNode> {
  const nodes = new Map<string, GraphNode>()
  const add = (id: string, name: string | null, is_declared: boolean) => {
    const node = nodes.get(id) ?? emptyNode(id, name, is_declared)
    nodes.set(id, node)
    return node
  }
  for (const { id, name } of declared?.nodes ?? []) add(id, name, true)
  for (const { from, to } of declared?.edges ?? []) for (const id of [from, to]) add(id, null, true)
  for (const row of rows) addVisit(add(row.node.node_id, null, false), row)
  nameSubgraphs(nodes)
  return nodes
}

/** Names the graph inside a graph that a node stands in: `outer:inner` is of `outer`, as LangGraph draws it. */
function nameSubgraphs(nodes: Map<string, GraphNode>): void {
  const outerOf = (node_id: string) => node_id.slice(0, Math.max(0, node_id.lastIndexOf(':')))
  const inside = Map.groupBy(nodes.values(), ({ node_id }) => outerOf(node_id))
  for (const [outer, members] of inside) {
    // A colon alone makes no graph: one node by itself stands in nothing.
    if (outer === '' || (members.length < 2 && !nodes.has(outer))) continue
    for (const node of members) node.subgraph = outer
  }
}

const groupOf = ({ node: { run_id } }: VisitRow, node_id: string) => `${run_id ?? ''}\0${node_id}`

type Ways = { taken: Map<string, number>; known: Set<string>; followed: Set<VisitRow>; latest: VisitRow[] }

const wayKey = (from: string, to: string) => `${from}\0${to}`

/**
 * The ways that visits came: from the latest visit of each parent that had started by then, or as LangGraph's steps tell
 * it. A way is known when one of those who came it said so.
 */
function waysOf(rows: VisitRow[], choices: Choice[]): Ways {
  const groups = Map.groupBy(rows, (row) => groupOf(row, row.node.node_id))
  const taken = new Map<string, number>()
  const known = new Set<string>()
  const followed = new Set<VisitRow>()
  const take = (from: string, to: string, is_known: boolean) => {
    const key = wayKey(from, to)
    taken.set(key, (taken.get(key) ?? 0) + 1)
    if (is_known) known.add(key)
  }
  for (const row of rows) {
    const { node_id, parent_node_ids } = row.node
    const is_first = parent_node_ids.length === 0 && row.node.step === undefined
    if (is_first || parent_node_ids.includes(START)) take(START, node_id, true)
    for (const parent of new Set(parent_node_ids)) {
      const before = latestBy(groups.get(groupOf(row, parent)) ?? [], row.start_time ?? Infinity, row)
      if (!before) continue
      followed.add(before)
      take(parent, node_id, true)
    }
  }
  for (const [{ node }, sources] of findSources(rows, choices)) {
    for (const from of [...sources.known, ...sources.guessed]) {
      take(from.node.node_id, node.node_id, sources.known.length > 0)
      followed.add(from)
    }
  }
  return { taken, known, followed, latest: [...groups.values()].flatMap((group) => group.at(-1) ?? []) }
}

/** A run that came to its end went out by the nodes that nothing followed. */
function takeEnds({ taken, followed, latest }: Ways): void {
  for (const row of latest)
    if (row.status === SUCCESS && !followed.has(row)) taken.set(wayKey(row.node.node_id, END), 1)
}

/** Folds the visits of a trace, what they chose and what its app declared into one graph; rows come by start. */
export function buildGraph(
  rows: VisitRow[],
  choices: Choice[],
  declared: Topology | null,
  trace_status: number,
): Pick<Answer, 'nodes' | 'edges'> {
  const nodes = nodesOf(rows, declared)
  const ways = waysOf(rows, choices)
  if (trace_status === SUCCESS) takeEnds(ways)
  const edges = new Map<string, GraphEdge>()
  for (const { from, to, conditional } of declared?.edges ?? []) {
    const key = wayKey(from, to)
    edges.set(key, { from, to, declared: true, conditional, taken: ways.taken.get(key) ?? 0 })
  }
  for (const [key, taken] of ways.taken) {
    const [from = '', to = ''] = key.split('\0')
    // Start and end are seen where they were declared; nobody visits them.
    const is_edge_of_frame = from === START || to === END
    if (edges.has(key) || is_edge_of_frame) continue
    const inferred = ways.known.has(key) ? {} : { inferred: true }
    edges.set(key, { from, to, declared: false, conditional: false, taken, ...inferred })
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}
