import { digest64, visitId } from '../../ids.ts'
import { LANGGRAPH_NODE } from '../../schema/span-types.ts'
import { SaidNode, type SaidRun } from '../../schema/said.ts'
import { clean, preview } from '../clean.ts'
import { LEVEL, type IdRef, type Item } from '../saying.ts'
import { readSourceRef } from './read-node-ref.ts'
import { refOf, settledStatus, shortError } from './read-span.ts'
import { readUsage } from './read-usage.ts'
import { fit, status, time } from './refuse.ts'

const parentsOf = (node: SaidNode) => [
  ...new Set(
    [...(node.parent_node_ids ?? []), ...(node.parent_node_id ? [node.parent_node_id] : [])].map(clean),
  ),
]

/** Reads one entry of `nodes`. */
export function readNode(raw: unknown, ordinal: number, trace: IdRef, run: SaidRun): Item {
  const at = ['body', 'nodes', ordinal]
  const said = fit(SaidNode, raw, at)
  const start_time = time(said.start_time, [...at, 'start_time'])
  const end_time = time(said.end_time, [...at, 'end_time'])
  // The MVP's default status of a node is `success`; a node without an end is still at work.
  const ended = end_time !== null
  const parent_node_ids = parentsOf(said)
  return {
    ordinal,
    trace,
    key: said.idempotency_key,
    digest: digest64(said.idempotency_key),
    at: end_time ?? start_time,
    raw,
    span: {
      span: refOf(said.span_id ?? visitId(run.run_id, said.node_id, said.visit ?? null, start_time)),
      level: ended ? LEVEL.end : LEVEL.start,
      values: {
        parent_key: null,
        name: clean(said.node_name) || clean(said.node_id),
        span_type: LANGGRAPH_NODE,
        status: settledStatus(status(said.status, [...at, 'status']), ended, said.error),
        start_time,
        end_time,
        error: shortError(said.error),
        ...readUsage(said, [
          said.metadata?.['token_usage'],
          said.metadata?.['usage'],
          said.output_state?.['token_usage'],
        ]),
        node: {
          run_id: run.run_id,
          node_id: said.node_id,
          node_name: clean(said.node_name),
          node_type: said.node_type ? clean(said.node_type) : 'runnable',
          parent_node_ids,
          visit: said.visit ?? null,
          source_ref: readSourceRef(said.metadata),
        },
        input_preview: preview(said.input_state),
        output_preview: preview(said.output_state),
      },
      payload: () => ({
        input: said.input_state ?? undefined,
        output: said.output_state ?? undefined,
        attributes: attributesOf(said, run, parent_node_ids),
        error: said.error ?? undefined,
      }),
    },
    event: null,
    evaluation: null,
  }
}

/** The attributes under which the MVP showed a node. */
const attributesOf = (said: SaidNode, run: SaidRun, parent_node_ids: string[]) => ({
  framework: 'langgraph',
  graph_name: run.graph_name,
  run_id: run.run_id,
  node_id: said.node_id,
  node_name: said.node_name,
  node_type: said.node_type ?? 'runnable',
  parent_node_ids,
  input_state: said.input_state ?? {},
  output_state: said.output_state ?? {},
  metadata: said.metadata ?? {},
})
