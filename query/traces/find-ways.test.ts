import { expect, test } from 'bun:test'
import { SUCCESS } from '#shared/schema/status.ts'
import { buildGraph, type VisitRow } from './build-graph.ts'

const visit = (number: number, step: number, node: Partial<VisitRow['node']> = {}): VisitRow => ({
  ...{
    span_key: `${step} ${number}`,
    status: SUCCESS,
    start_time: step,
    end_time: step + 1,
    parent_key: null,
  },
  ...{ input_tokens: null, output_tokens: null, cost_nano: null },
  node: {
    ...{ run_id: 'r', node_id: `${step} ${number}`, node_name: null, node_type: null, parent_node_ids: [] },
    ...{ visit: null, source_ref: null, step, task: `${step} ${number}`, ...node },
  },
})

const MANY = 8000
const visits = (step: number, node: Partial<VisitRow['node']> = {}) =>
  Array.from({ length: MANY }, (_, number) => visit(number, step, node))

test('thousands of nodes after thousands of others come from nobody knows where', () => {
  const { nodes, edges } = buildGraph([...visits(1), ...visits(2)], [], null, SUCCESS)
  expect([nodes.length, edges.length]).toEqual([2 * MANY, 0])
})

test('of thousands of nodes that went to one, so many are shown that the graph can be made', () => {
  const rows = [...visits(1, { goes_to: ['all'] }), ...visits(2, { node_id: 'all' })]
  const { edges } = buildGraph(rows, [], null, SUCCESS)
  expect(edges).toHaveLength(100)
  expect(edges[0]).toMatchObject({ from: '1 0', to: 'all', taken: MANY })
})
