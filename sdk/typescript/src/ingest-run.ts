import { encode } from './encode.ts'
import { listOf, readUsage } from './graph-run.ts'
import type { Status, Usage } from './said.ts'
import { label, USAGE, wired } from './said.ts'

/** The nodes and edges that a graph declares; `conditional` edges may or may not be taken. */
export type GraphOfRun = {
  nodes: { id: string; name?: string }[]
  edges: { source: string; target: string; conditional?: boolean }[]
}

/** Where runs are sent. */
export const RUNS = '/api/v1/ingest/langgraph-runs'

type Time = Date | number | string

/** What can be said of a LangGraph run when it begins. */
export type RunSaid = {
  graphName: string
  runId?: string | undefined
  traceId?: string | undefined
  inputText?: string | undefined
  model?: string | undefined
  environment?: string | undefined
  release?: string | undefined
  userId?: string | undefined
  sessionId?: string | undefined
  attributes?: Record<string, unknown> | undefined
  tags?: string[] | undefined
  graph?: GraphOfRun | undefined
}

/** One visit of a node, as `ingestLanggraphRun` takes it. */
export type NodeOfRun = {
  nodeId: string
  nodeName?: string
  nodeType?: string
  parentNodeId?: string | string[] | null
  status?: Status
  startTime: Time
  endTime?: Time | null
  inputState?: Record<string, unknown>
  outputState?: Record<string, unknown>
  metadata?: Record<string, unknown>
  error?: string | null
  tokenUsage?: Usage
  /** Default: run, node and its position in the list, so that a repeat is harmless. */
  idempotencyKey?: string
}

/** A run that is sent whole. */
export type WholeRun = RunSaid & {
  nodes: NodeOfRun[]
  status?: Status | undefined
  startTime?: Time | undefined
  endTime?: Time | undefined
  outputText?: string | undefined
}

const timeOf = (time: Time): string => (typeof time === 'string' ? time : new Date(time).toISOString())

const nodeOfRun = (run_id: string, node: NodeOfRun, position: number) => ({
  ...wired(node, 'nodeId', 'nodeType', 'status', 'inputState', 'outputState', 'metadata', 'error'),
  ...wired(readUsage(node.tokenUsage) ?? {}, ...USAGE.map(([name]) => name)),
  node_name: node.nodeName ?? node.nodeId,
  parent_node_ids: listOf(node.parentNodeId),
  start_time: timeOf(node.startTime),
  end_time: node.endTime === null || node.endTime === undefined ? undefined : timeOf(node.endTime),
  idempotency_key: (node.idempotencyKey ?? `${run_id}:${node.nodeId}:${position}`).slice(0, 255),
})

/** The JSON of a run's request. */
export function runBody(said: WholeRun): string {
  const {
    graphName,
    runId = crypto.randomUUID(),
    nodes,
    startTime = nodes[0]?.startTime ?? Date.now(),
  } = said
  return encode(
    {
      ...wired(said, 'traceId', 'status', 'model', 'environment', 'release', 'userId', 'sessionId'),
      ...wired(said, 'inputText', 'outputText', 'attributes', 'tags', 'graph'),
      run_id: label(runId),
      graph_name: label(graphName),
      start_time: timeOf(startTime),
      end_time: said.endTime === undefined ? undefined : timeOf(said.endTime),
      nodes: nodes.map((node, position) => nodeOfRun(runId, node, position)),
    },
    8_000_000,
  )
}
