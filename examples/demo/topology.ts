import type { Fields, Graph } from './story.ts'

const NODES = {
  triage: { name: 'Triage', type: 'llm', line: 41 },
  lookup_order: { name: 'Look up order', type: 'tool', line: 67 },
  search_policy: { name: 'Search policy', type: 'tool', line: 82 },
  check_shipping: { name: 'Check shipping', type: 'tool', line: 96 },
  decide: { name: 'Decide', type: 'llm', line: 118 },
  draft_reply: { name: 'Draft reply', type: 'llm', line: 149 },
  review_reply: { name: 'Review reply', type: 'llm', line: 171 },
  human_approval: { name: 'Human approval', type: 'human', line: 203 },
  apply_action: { name: 'Apply action', type: 'tool', line: 221 },
  escalate: { name: 'Escalate to a person', type: 'tool', line: 240 },
} as const

export type NodeId = keyof typeof NODES

export const nodeOf = (id: NodeId) => NODES[id]

export const GRAPH_NAME = 'order_resolution'

/** Where the function of a node stands in the agent's source. */
export const sourceOf = (id: NodeId): Fields => ({
  source_ref: { file: 'agents/order_resolution.py', line: NODES[id].line, function: id },
})

const edge = (source: NodeId, target: NodeId, conditional = false) => ({ source, target, conditional })

/** What the agent declares of itself; three look-ups run side by side, draft and review go in a loop. */
export const GRAPH: Graph = {
  nodes: Object.entries(NODES).map(([id, { name }]) => ({ id, name })),
  edges: [
    edge('triage', 'lookup_order'),
    edge('triage', 'search_policy'),
    edge('triage', 'check_shipping'),
    edge('lookup_order', 'decide'),
    edge('search_policy', 'decide'),
    edge('check_shipping', 'decide'),
    edge('decide', 'draft_reply', true),
    edge('decide', 'escalate', true),
    edge('draft_reply', 'review_reply'),
    edge('review_reply', 'draft_reply', true),
    edge('review_reply', 'human_approval', true),
    edge('review_reply', 'apply_action', true),
    edge('human_approval', 'apply_action'),
  ],
}
