import type { NodeVisits, SpanEntry, TraceEntry } from './entries.ts'
import type { Recorder } from './recorder.ts'
import { snake, type Status, type Usage } from './said.ts'
import type { SourceRef } from './source-ref.ts'

/** What can be said of a LangGraph node when a visit of it begins. */
export type NodeSaid = {
  nodeId: string
  nodeName?: string | undefined
  nodeType?: string | undefined
  /** The node, or nodes, from which the run came here. */
  parentNodeId?: string | string[] | null | undefined
  inputState?: unknown
  metadata?: Record<string, unknown> | undefined
  /** Where the node's function stands; default the line that called. */
  sourceRef?: Partial<SourceRef> | null | undefined
}

/** What can be said of a visit when it ends. */
export type NodeEnd = {
  nodeId: string
  status?: Status | undefined
  outputState?: unknown
  tokenUsage?: Usage | Record<string, unknown> | undefined
  /** How long it took by your own clock; default the time since it began. */
  durationMs?: number | undefined
  error?: unknown
}

/** Tokens under the names of this client, of OpenAI and of LangChain. */
export function readUsage(said: Usage | Record<string, unknown> | undefined): Usage | undefined {
  if (!said) return undefined
  // Whatever the object is, only members that are what they should be are taken.
  const at = said as Record<string, unknown>
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const first = (...names: string[]) =>
    names.flatMap((name) => [at[name], at[snake(name)]]).find((value) => typeof value === 'number')
  const outputTokens = first('outputTokens', 'completionTokens', 'completion')
  const total = first('totalTokens', 'total')
  const rest = total === undefined ? undefined : Math.max(0, total - (outputTokens ?? 0))
  return {
    model: text(at['model']),
    provider: text(at['provider']),
    inputTokens: first('inputTokens', 'promptTokens', 'prompt') ?? rest,
    outputTokens,
    cacheReadTokens: first('cacheReadTokens', 'cachedTokens'),
    reasoningTokens: first('reasoningTokens'),
    costUsd: first('costUsd'),
  }
}

const visitsOf = (trace: TraceEntry, node_id: string): NodeVisits => {
  const visits = (trace.visits ??= new Map<string, NodeVisits>())
  let found = visits.get(node_id)
  if (!found) visits.set(node_id, (found = { count: 0, open: [] }))
  return found
}

export const listOf = (parents: string | string[] | null | undefined): string[] =>
  parents === null || parents === undefined ? [] : [parents].flat()

/** Begins a visit of a node; a second visit of the same node is another span. */
export function startNode(
  recorder: Recorder,
  { trace, span, spanId }: { trace: TraceEntry; span: SpanEntry | null; spanId: string | null },
  said: NodeSaid,
  source: SourceRef | null,
): SpanEntry {
  const { nodeId, nodeName = nodeId, nodeType = 'runnable', inputState, metadata } = said
  const visits = visitsOf(trace, nodeId)
  const visit = ++visits.count
  const source_ref = said.sourceRef === undefined ? (metadata?.['source_ref'] ?? source) : said.sourceRef
  const entry = recorder.startSpan(trace, span, spanId, nodeName, {
    type: 'langgraph_node',
    input: inputState,
    fixed: {
      framework: 'langgraph',
      node_id: nodeId,
      node_name: nodeName,
      node_type: nodeType,
      parent_node_ids: listOf(said.parentNodeId),
      visit,
      metadata: { ...metadata, source_ref },
    },
  })
  visits.open.push(entry)
  return entry
}

/** Ends the latest open visit of a node, and gives it; undefined when there is none. */
export function endNode(recorder: Recorder, trace: TraceEntry, said: NodeEnd): SpanEntry | undefined {
  const entry = trace.visits?.get(said.nodeId)?.open.pop()
  if (!entry) return undefined
  const { status, outputState, error, durationMs, tokenUsage } = said
  const endTime = durationMs === undefined ? undefined : entry.started + durationMs
  recorder.endSpan(entry, { output: outputState, status, error, endTime, usage: readUsage(tokenUsage) })
  return entry
}
