import type { Dice } from './dice.ts'

/** What a span's row must say in the end. */
export type SpanTruth = { name: string; input_tokens: number; trace_id: string }

/** A request to a door, with the keys of its good items and the number of those that must be refused. */
export type Saying = { path: string; body: string; keys: string[]; bad: number }

/** What a client wants stored: the keys of items, and the rows that they make. */
export type Wanted = { spans: Map<string, SpanTruth>; events: Set<string>; evals: Set<string> }

const TRACES = '/api/v1/ingest/traces'
const SPANS = '/api/v1/ingest/spans'

const at = (offset: number) => new Date(Date.now() + offset).toISOString()

const say = (path: string, document: object, keys: string[], bad = 0): Saying => ({
  path,
  body: JSON.stringify(document),
  keys,
  bad,
})

/** Makes ids of one client's own, and notes what it wants stored. */
function openPen(client: string, dice: Dice) {
  const wanted: Wanted = { spans: new Map(), events: new Set(), evals: new Set() }
  let last = 0
  return {
    dice,
    wanted,
    id: (what: string) => `${client}-${what}-${++last}`,
    want(trace_id: string, span_id: string, name: string, input_tokens: number) {
      wanted.spans.set(span_id, { name, input_tokens, trace_id })
      return span_id
    },
  }
}

type Pen = ReturnType<typeof openPen>

function spans({ dice, id, want }: Pen, trace_id: string): Saying {
  const bad = dice.chance(0.1) ? 1 : 0
  const items = Array.from({ length: dice.whole(1, 5) }, () => {
    const span_id = want(trace_id, id('span'), 'work', 3)
    return {
      ...{ span_id, trace_id, parent_span_id: `${trace_id}-root`, name: 'work', span_type: 'llm' },
      ...{ start_time: at(0), end_time: at(5), input_tokens: 3, input: { text: '환불 규정 '.repeat(20) } },
      idempotency_key: span_id,
    }
  })
  const refused = bad ? [{ span_id: id('bad'), trace_id, name: 'no time', idempotency_key: id('bad') }] : []
  const keys = items.map((item) => item.idempotency_key)
  const trace = { trace_id, name: 'chaos', start_time: at(0) }
  return say(TRACES, { trace, spans: [...items, ...refused] }, keys, bad)
}

/** A span told by events: begun, ended, amended, and a word in between. */
function lifecycle({ id, want, wanted }: Pen, trace_id: string): Saying[] {
  const span_id = want(trace_id, id('streamed'), 'amended', 5)
  const event = (event_type: string, payload: object, offset: number): Saying => {
    const idempotency_key = id('event')
    wanted.events.add(idempotency_key)
    const said = { trace_id, span_id, event_type, event_time: at(offset), payload, idempotency_key }
    return say(SPANS, { events: [said] }, [idempotency_key])
  }
  return [
    event('SPAN_STARTED', { name: 'started', span_type: 'tool' }, 0),
    event('SPAN_ENDED', { status: 'success', input_tokens: 5 }, 20),
    event('AMENDMENT', { patch: { name: 'amended' } }, 40),
    event('LOG', { message: 'between' }, 10),
  ]
}

function run({ id, want }: Pen, trace_id: string): Saying {
  const nodes = ['plan', 'act'].map((node_id, index) => ({
    ...{ node_id, node_name: node_id, span_id: want(trace_id, id(node_id), node_id, 2), input_tokens: 2 },
    ...{ parent_node_ids: index ? ['plan'] : [], start_time: at(index), end_time: at(index + 1) },
    idempotency_key: id('node'),
  }))
  const header = { trace_id, run_id: id('run'), graph_name: 'agent', start_time: at(0) }
  const keys = nodes.map((node) => node.idempotency_key)
  return say('/api/v1/ingest/langgraph-runs', { ...header, nodes }, keys)
}

function evaluation({ id, wanted }: Pen, trace_id: string): Saying {
  const idempotency_key = id('eval')
  wanted.evals.add(idempotency_key)
  const said = { trace_id, eval_name: 'tone', eval_model: 'judge', score: 0.5, passed: true, idempotency_key }
  return say('/api/v1/evals', said, [idempotency_key])
}

/** The things one client says, step after step: sayings of one step may go in any order and at once. */
export function script(client: string, hot_trace: string, dice: Dice) {
  const pen = openPen(client, dice)
  let trace = pen.id('trace')
  return {
    wanted: pen.wanted,
    /** The next step, shuffled: ends come before starts, children before parents. */
    step(): Saying[] {
      if (dice.chance(0.05)) trace = pen.id('trace')
      const here = dice.chance(0.2) ? hot_trace : trace
      const said = [spans(pen, here)]
      if (dice.chance(0.4)) said.push(...lifecycle(pen, here))
      if (dice.chance(0.2)) said.push(run(pen, here))
      if (dice.chance(0.3)) said.push(evaluation(pen, here))
      return dice.shuffle(said)
    },
  }
}
