import { otlpAttributes } from '#shared/testing/otlp.ts'
import { nanos, otlpSpan, spanId, traceId } from './open-otlp.ts'

type Json = Record<string, unknown>

/** A run of LangChain, as its tracers see it; runs inside it come after one another. */
export type Run = {
  name: string
  node?: string
  step?: number
  ns?: string
  triggers?: string[]
  tags?: string[]
  kind?: string
  output?: unknown
  error?: { type: string; message: string }
  inside?: Run[]
  id?: string
}

export type DialectName = keyof typeof DIALECTS

const metadataOf = ({ node, step, ns, triggers }: Run, thread: string): Json => ({
  ...{ ls_integration: 'langgraph', thread_id: thread },
  ...(node === undefined
    ? {}
    : {
        ...{ langgraph_node: node, langgraph_step: step, langgraph_path: ['__pregel_pull', node] },
        ...{ langgraph_triggers: triggers ?? [`branch:to:${node}`], langgraph_checkpoint_ns: ns },
      }),
})

/** LangChain puts what is no object into one; OpenInference takes a lone text out again. */
const whole = (output: unknown): unknown =>
  typeof output === 'object' && output !== null && !Array.isArray(output) ? output : { output }
const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** How each library writes such a run down, as captured from it. */
const DIALECTS = {
  /** It drops tags. */
  openinference: (run: Run, metadata: Json, session: string): Json => ({
    'openinference.span.kind': (run.kind ?? 'chain').toUpperCase(),
    metadata: JSON.stringify(metadata),
    'session.id': session,
    ...(run.output === undefined
      ? {}
      : { 'output.value': typeof run.output === 'string' ? run.output : asText(whole(run.output)) }),
  }),
  /** It tells tags only of the runs of nodes, and each member of the metadata as text. */
  langfuse: (run: Run, metadata: Json, session: string): Json => ({
    'session.id': session,
    'langfuse.observation.type': run.kind ?? 'span',
    ...Object.fromEntries(
      Object.entries({ ...metadata, ...(run.tags ? { tags: run.tags } : {}) }).map(([name, value]) => [
        `langfuse.observation.metadata.${name}`,
        asText(value),
      ]),
    ),
    ...(run.output === undefined ? {} : { 'langfuse.observation.output': asText(run.output) }),
  }),
  langsmith: (run: Run, metadata: Json, session: string): Json => ({
    'langsmith.metadata.session_id': session,
    'langsmith.span.kind': run.kind ?? 'chain',
    'langsmith.span.tags': (run.tags ?? []).join(', '),
    ...Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [`langsmith.metadata.${name}`, asText(value)]),
    ),
    ...(run.output === undefined ? {} : { 'gen_ai.completion': JSON.stringify(whole(run.output)) }),
  }),
}

export const DIALECT_NAMES = Object.keys(DIALECTS) as DialectName[]

const ask = () => crypto.randomUUID()

/** The run of a node: `ns` is that of the graph it stands in, empty for the outermost. */
export function visit(
  node: string,
  step: number,
  more: Partial<Run> & { outer?: string; task?: string } = {},
): Run {
  const { outer, task = ask(), ...run } = more
  const ns = more.ns ?? [...(outer ? [outer] : []), `${node}:${task}`].join('|')
  const within = { node, step, ns, ...(run.triggers ? { triggers: run.triggers } : {}) }
  return {
    ...{ name: node, ...within, tags: [`graph:step:${step}`] },
    ...run,
    inside: (run.inside ?? []).map((each) => (each.node === undefined ? { ...within, ...each } : each)),
  }
}

/** A conditional edge of JavaScript, which has no name of its own. */
export const choice = (output: unknown, name = 'RunnableLambda'): Run => ({ name, output })

/** Which trace, in which thread and session, and how many seconds into it. */
type Sending = { trace?: string; thread?: string; session?: string; from?: number }

/** Spans of one trace; children end before their parents, and come before them, as exporters send them. */
export function spansOf(
  root: Run,
  dialect: DialectName,
  { trace = traceId(), thread = 'thread-1', session, from = 0 }: Sending = {},
) {
  const spans: Json[] = []
  let clock = from
  const tick = () => nanos((clock += 0.01))
  const write = (run: Run, parent: string | undefined): void => {
    const id = run.id ?? spanId()
    const start = tick()
    for (const each of run.inside ?? []) write(each, id)
    const events = run.error && [
      {
        name: 'exception',
        timeUnixNano: nanos(clock),
        attributes: otlpAttributes({
          'exception.type': run.error.type,
          'exception.message': run.error.message,
        }),
      },
    ]
    spans.push(
      otlpSpan(trace, {
        ...{ spanId: id, parentSpanId: parent, name: run.name },
        ...{ startTimeUnixNano: start, endTimeUnixNano: tick() },
        attributes: DIALECTS[dialect](run, metadataOf(run, thread), session ?? thread),
        ...(events ? { events, status: { code: 2, message: run.error?.message } } : {}),
      }),
    )
  }
  write(root, undefined)
  return { trace, spans }
}

/** The run of a graph: `__start__` is a step of its own, which LangGraph hides. */
export const graph = (inside: Run[], name = 'LangGraph'): Run => ({
  name,
  inside: [
    visit('__start__', 0, { triggers: ['__start__'], tags: ['graph:step:0', 'langsmith:hidden'] }),
    ...inside,
  ],
})
