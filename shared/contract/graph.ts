import { Type as t } from '@sinclair/typebox'
import { Id, nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'
import { ListedTrace } from './traces.ts'

const Text = nullable(t.String())
const Number = nullable(t.Number())

/** A node of a graph with all its visits together; one that was declared and not yet visited has none. */
const GraphNode = t.Object({
  node_id: t.String(),
  name: t.String(),
  kind: t.Union([t.Literal('start'), t.Literal('end'), t.Literal('node')]),
  node_type: Text,
  declared: t.Boolean(),
  subgraph: nullable(
    t.String({ description: 'What stands before the last colon of a node id, where it is a graph' }),
  ),
  status: nullable(t.String({ description: 'Of the latest visit; null without one' })),
  visits: t.Integer(),
  running: t.Integer(),
  errors: t.Integer(),
  total_ms: nullable(t.Number({ description: 'All visits that have ended' })),
  last_ms: nullable(t.Number({ description: 'The latest visit' })),
  last_start: Text,
  input_tokens: Number,
  output_tokens: Number,
  cost_usd: Number,
  source_ref: nullable(t.Object({ file: Text, line: Number, function: Text })),
})

/** A way from node to node: declared by the app, taken by visits, or both. */
const GraphEdge = t.Object({
  from: t.String(),
  to: t.String(),
  declared: t.Boolean(),
  conditional: t.Boolean(),
  taken: t.Integer({ description: 'How many visits came this way' }),
  inferred: t.Optional(
    t.Boolean({
      description: 'Nobody said that visits came this way: it follows from the order of the steps',
    }),
  ),
})

const NodeVisit = t.Object({
  span_id: t.String(),
  visit: t.Integer(),
  step: nullable(
    t.Integer({ description: 'Of LangGraph, in the run of its graph; null where it is not told' }),
  ),
  status: t.String(),
  start_time: Text,
  duration_ms: Number,
})

export const getGraph = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/:trace_id/graph',
  summary: 'The LangGraph nodes of a trace and the ways between them, declared and taken; 304 when unchanged',
  tag: 'Traces',
  auth: 'read',
  params: t.Object({ trace_id: Id }),
  query: t.Object({
    node: t.Optional(
      t.String({ maxLength: 255, description: 'Also list the latest 200 visits of this node' }),
    ),
  }),
  response: t.Object({
    trace: ListedTrace,
    declared: t.Boolean({ description: 'The app has said what its graph looks like' }),
    nodes: t.Array(GraphNode),
    edges: t.Array(GraphEdge),
    visits: t.Array(NodeVisit),
    truncated: t.Boolean({ description: 'There are more than 20,000 visits; the first of them are counted' }),
  }),
})

/** A visit of a node, in whichever trace. */
const VisitAt = t.Object({ trace_id: t.String(), trace_name: Text, span_id: t.String(), start_time: Text })

export const getResumptions = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/:trace_id/resumptions',
  summary:
    'Visits of LangGraph nodes that asked a person, and the visits that went on with the answer, in this trace or another',
  tag: 'Traces',
  auth: 'read',
  params: t.Object({ trace_id: Id }),
  response: t.Object({
    items: t.Array(t.Object({ node_id: t.String(), interrupted: VisitAt, resumed: VisitAt }), {
      description: 'Pairs of one thread and one task, of which at least one visit is of this trace',
    }),
  }),
})
