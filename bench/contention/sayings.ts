/** One request of a round, and the keys of the spans it gives a row. */
export type Request = { path: string; body: object; spans: string[] }

/** What a round says: requests in no order, some of them of the same spans, and the traces they are about. */
export type Round = { requests: Request[]; traces: Map<string, Set<string>>; evals: number }

const DAY_MS = 86_400_000
const SPANS = 40
const pick = (below: number) => Math.floor(Math.random() * below)

const at = (days_back: number, offset: number) =>
  new Date(Date.now() - days_back * DAY_MS + offset * 1000).toISOString()

/** Two-phase spans in a tree, with usage at every depth: start and end go in requests of their own. */
function spanOf(trace_id: string, index: number): Request[] {
  const span_id = `s${index}`
  const parent_span_id = index === 0 ? null : `s${pick(index)}`
  const event = (event_type: string, seconds: number, payload: object) => ({
    path: '/api/v1/ingest/spans',
    spans: [span_id],
    body: {
      events: [
        {
          ...{ trace_id, span_id, event_type, event_time: at(0, seconds), payload },
          idempotency_key: `${event_type} ${span_id}`,
        },
      ],
    },
  })
  const usage =
    index % 3 === 0 ? {} : { input_tokens: 1 + index, output_tokens: index, cost_usd: 0.001 * index }
  const status = index % 7 === 0 ? 'error' : 'success'
  return [
    event('SPAN_STARTED', -60 + index, { name: span_id, span_type: 'llm', parent_span_id }),
    event('SPAN_ENDED', -50 + index, { status, ...usage }),
  ]
}

/** A span that comes whole, beside the two-phase ones of its trace. */
function lateSpan(trace_id: string, index: number): Request {
  const span_id = `late${index}`
  const span = {
    ...{ span_id, trace_id, parent_span_id: `s${index}`, name: span_id, status: 'success' },
    ...{ start_time: at(0, -40), end_time: at(0, -39), input_tokens: 5, idempotency_key: span_id },
  }
  const trace = { trace_id, start_time: at(0, -60), name: 'contended' }
  return { path: '/api/v1/ingest/traces', body: { trace, spans: [span] }, spans: [span_id] }
}

function visits(trace_id: string): Request[] {
  return [0, 1, 2].map((visit) => {
    const span_id = `visit${visit}`
    const node = {
      ...{ node_id: 'plan', node_name: 'plan', span_id, start_time: at(0, visit - 30) },
      ...{ end_time: at(0, visit - 29), input_tokens: 2, idempotency_key: span_id },
    }
    const run = { trace_id, run_id: 'run', graph_name: 'agent', start_time: at(0, -30) }
    return { path: '/api/v1/ingest/langgraph-runs', body: { ...run, nodes: [node] }, spans: [span_id] }
  })
}

const evalOf = (trace_id: string): Request => ({
  path: '/api/v1/evals',
  spans: [],
  body: {
    ...{ trace_id, eval_name: 'tone', eval_model: 'judge', score: 0.5, passed: true },
    idempotency_key: `eval of ${trace_id}`,
  },
})

/** First spans of one new trace, each with a start on another day: the first to be stored says the trace's day. */
const rivals = (trace_id: string): Request[] =>
  [0, 1, 2, 0].map((days_back, index) => {
    const span_id = `rival${index}`
    const start_time = at(days_back, -100)
    const span = {
      span_id,
      trace_id,
      name: span_id,
      start_time,
      end_time: start_time,
      idempotency_key: span_id,
    }
    const body = { trace: { trace_id, start_time }, spans: [span] }
    return { path: '/api/v1/ingest/traces', body, spans: [span_id] }
  })

/** A trace of long ago, whose day retention may be dropping while it is written. */
export function oldTrace(days_back: number): Request {
  const trace_id = crypto.randomUUID()
  const start_time = at(days_back, 0)
  const span = {
    span_id: 'old',
    trace_id,
    name: 'old',
    start_time,
    end_time: start_time,
    idempotency_key: 'old',
  }
  return {
    path: '/api/v1/ingest/traces',
    body: { trace: { trace_id, start_time }, spans: [span] },
    spans: [],
  }
}

/** One hot trace, some others, and some whose first spans race each other. */
export function makeRound(spans = SPANS): Round {
  const traces = new Map<string, Set<string>>()
  const requests: Request[] = []
  const say = (trace_id: string, said: Request[]) => {
    requests.push(...said)
    traces.set(trace_id, new Set(said.flatMap((request) => request.spans)))
  }
  // Races first: all processes are told of the trace at the same moment.
  for (let race = 0; race < 3; race++) {
    const trace_id = crypto.randomUUID()
    say(trace_id, rivals(trace_id))
  }
  const busy = ['hot', 'other', 'third'].map(() => crypto.randomUUID())
  for (const [index, trace_id] of busy.entries()) {
    const many = index === 0 ? spans : spans >> 2
    say(trace_id, [
      ...Array.from({ length: many }, (_, each) => spanOf(trace_id, each)).flat(),
      ...Array.from({ length: many >> 2 }, (_, each) => lateSpan(trace_id, each)),
      ...visits(trace_id),
    ])
  }
  const mixed = requests.slice(12).toSorted(() => Math.random() - 0.5)
  return { requests: [...requests.slice(0, 12), ...mixed, ...busy.map(evalOf)], traces, evals: busy.length }
}
