import { at, EVALS, event, key, RUNS, span, SPANS, TRACES, type Hub } from './open-hub.ts'
import type { TestProject } from '#shared/testing/project.ts'

const node = (node_id: string, seconds: number, more: object = {}) => ({
  node_id,
  node_name: node_id,
  start_time: at(seconds),
  idempotency_key: key(),
  ...more,
})

/**
 * A bit of everything: usage in trees, two-phase spans, amendments, a run with a loop, evaluations, repeats, conflicts
 * and refused items, in requests of one trace and in requests of many.
 */
export async function fill(hub: Hub, project: TestProject, traces: string[]): Promise<void> {
  for (const id of traces) {
    const trace = {
      trace_id: id,
      start_time: at(0),
      name: `trace ${id}`,
      user_id: `user of ${id}`,
      tags: ['a', 'b'],
    }
    const root = span(id, 'root', {
      input: { question: `question in ${id}` },
      output: 'fine',
      span_type: 'agent',
    })
    const child = span(id, 'child', { parent_span_id: 'root', attributes: { note: `note in ${id}` } })
    await hub.tell(project, TRACES, {
      trace,
      spans: [root, child, { span_id: 'broken', idempotency_key: 'x' }],
    })
    const ended = { ...trace, status: 'success', end_time: at(9), user_review_passed: true }
    await hub.tell(project, TRACES, { trace: ended, spans: [root, { ...child, name: 'a conflict' }] })
  }
  const events = traces.flatMap((id) => [
    event(id, 'streamed', 'SPAN_STARTED', 3, { name: 'streamed', parent_span_id: 'child' }),
    event(id, 'streamed', 'LOG', 4, { message: `message in ${id}` }),
    event(id, 'streamed', 'SPAN_ENDED', 5, { status: 'error', error: `error in ${id}`, input_tokens: 7 }),
    event(id, 'root', 'AMENDMENT', 6, { patch: { name: `amended in ${id}` } }),
    event(id, 'nobody', 'EVENT', 7, { output_state: { token_usage: { total_tokens: 9 } } }),
  ])
  await hub.tell(project, SPANS, { events })
  await hub.tell(project, SPANS, { events: events.slice(0, 6) })
  for (const id of traces) {
    const run = {
      trace_id: id,
      run_id: `run ${id}`,
      graph_name: 'g',
      start_time: at(1),
      input_text: `text in ${id}`,
    }
    const loop = [
      node('plan', 1, { end_time: at(2) }),
      node('act', 2, { parent_node_id: 'plan', input_tokens: 3 }),
    ]
    await hub.tell(project, RUNS, { ...run, nodes: [...loop, node('plan', 3, { parent_node_id: 'act' })] })
    const said = {
      eval_name: 'tone',
      eval_model: 'judge',
      score: 0.5,
      passed: true,
      user_review_passed: false,
    }
    await hub.tell(project, EVALS, {
      ...said,
      trace_id: id,
      explanation: `why in ${id}`,
      idempotency_key: key(),
    })
  }
}
