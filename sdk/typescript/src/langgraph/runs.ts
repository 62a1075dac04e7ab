import type { LLMTraceClient } from '../client.ts'
import type { SpanEntry, TraceEntry } from '../entries.ts'
import { startNode } from '../graph-run.ts'
import { runBody, RUNS, type GraphOfRun } from '../ingest-run.ts'
import { openById } from '../open-by-id.ts'
import { isInterrupt, type SpanSaid } from '../said.ts'
import type { Scopes } from '../scope.ts'
import type { SourceRef } from '../source-ref.ts'
import { currentRunId } from './current-run.ts'
import { parentsOf, type GraphRun, type Visit } from './ways.ts'

/** How runs are told. */
export type HandlerOptions = {
  /** Name of the traces; default the name of the graph or chain. */
  name?: string | undefined
  userId?: string | undefined
  /** Default: `metadata.session_id`, else the thread of the run. */
  sessionId?: string | undefined
  tags?: string[] | undefined
  /** The declared topology; `traceGraph` reads it from the compiled graph. */
  graph?: GraphOfRun | null | Promise<GraphOfRun | null> | undefined
  /** Where the functions of the nodes stand, by node id. */
  sources?: Record<string, SourceRef> | undefined
}

/** A run of LangChain that is under way. */
export type Run = {
  trace: TraceEntry
  /** The span that its children hang under. */
  span: SpanEntry | null
  /** What ends with it: nothing, its span, or the whole trace. */
  owns: 'nothing' | 'span' | 'trace'
  graph: GraphRun | null
  visit: Visit | null
  /** The visit around it. */
  around: Visit | null
  /** What its span would be, for a run that may turn out to be a conditional edge only. */
  waiting: { name: string; input: unknown; at: number } | null
  has_tokens: boolean
  interrupted: boolean
  top: Run | null
}

/** What a run says when it begins. */
export type Begun = {
  runId: string
  name: string
  input: unknown
  metadata: Record<string, unknown>
  tags: string[]
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []

/** `outer:uuid|inner:uuid` without the ids of the tasks. */
const pathOf = (namespace: string) => namespace.split('|').map((part) => part.replace(/:[^:]*$/, ''))

const isResume = (input: unknown) =>
  isRecord(input) && input['lg_name'] === 'Command' && input['resume'] !== undefined

const MOST_PAUSED = 1000

type ById = ReturnType<typeof openById<Run>>

const RUNS_OF = new WeakMap<Scopes, ById>()

/** The runs of a client, whichever handler told of them; the app's own spans in them find their place by these. */
function runsOf(scopes: Scopes): ById {
  const known = RUNS_OF.get(scopes)
  if (known) return known
  const runs = openById<Run>()
  RUNS_OF.set(scopes, runs)
  scopes.heed({
    run: currentRunId,
    place(id) {
      const run = runs.get(id)
      return run && { trace: run.trace, span: run.span, spanId: run.span?.id ?? null }
    },
  })
  return runs
}

/** The runs of LangChain that are under way, and the traces and spans that stand for them. */
export class Runs {
  readonly recorder: LLMTraceClient['inside']['recorder']
  readonly #scopes
  readonly #options
  readonly #runs: ById
  /** Traces that wait for a person, by thread. */
  readonly #paused = new Map<string, string>()
  readonly #declared: Promise<GraphOfRun | null>
  #topology: GraphOfRun | null = null

  constructor({ inside }: Pick<LLMTraceClient, 'inside'>, options: HandlerOptions) {
    const { recorder, scopes, fault } = inside
    this.recorder = recorder
    this.#scopes = scopes
    this.#runs = runsOf(scopes)
    this.#options = options
    this.#declared = Promise.resolve(options.graph ?? null)
    this.#declared.then((graph) => void (this.#topology = graph), fault)
  }

  get(runId: string): Run | undefined {
    return this.#runs.get(runId)
  }

  keep(runId: string, said: Partial<Run> & Pick<Run, 'trace' | 'span'>, parent: Run | null): Run {
    const run: Run = {
      ...{ owns: 'nothing', graph: null, visit: null, waiting: null, has_tokens: false, interrupted: false },
      ...{ around: parent?.visit ?? parent?.around ?? null, top: parent?.top ?? parent, ...said },
    }
    this.#runs.set(runId, run)
    return run
  }

  /** The outermost run: a trace of its own, or a span where the app has one already. */
  openRoot({ runId, name, input, metadata, tags }: Begun): Run {
    const here = this.#scopes.current()
    if (here) {
      const span = this.recorder.startSpan(here.trace, here.span, here.spanId, name, { type: 'chain', input })
      return this.keep(runId, { trace: here.trace, span, owns: 'span' }, null)
    }
    if (this.#scopes.isApart()) {
      const silent = this.recorder.silent(name)
      return this.keep(runId, { trace: silent, span: silent.root, owns: 'trace' }, null)
    }
    const thread = text(metadata['thread_id'])
    const trace = this.recorder.startTrace(name, {
      input,
      externalTraceId: runId,
      userId: this.#options.userId ?? text(metadata['user_id']),
      sessionId: this.#options.sessionId ?? text(metadata['session_id']) ?? thread,
      tags: [...(this.#options.tags ?? []), ...tags],
      attributes: {
        ...(thread ? { thread_id: thread } : {}),
        ...(isResume(input) ? { resumed: true, resume_of: this.#paused.get(thread ?? '') } : {}),
      },
    })
    if (thread) this.#paused.delete(thread)
    return this.keep(runId, { trace, span: trace.root, owns: 'trace' }, null)
  }

  openGraph(begun: Begun): void {
    const root = this.openRoot(begun)
    root.graph = { prefix: '', visits: [] }
    const { runId, name } = begun
    const tell = (graph: GraphOfRun | null) => {
      const { trace } = root
      const said = { traceId: trace.id, runId, graphName: name, startTime: trace.started, nodes: [] }
      if (graph) this.recorder.post(trace, RUNS, runBody({ ...said, graph }))
    }
    if (this.#topology) tell(this.#topology)
    else void this.#declared.then(tell, () => {})
  }

  /** A run that waited to be a conditional edge is a span after all. */
  settle(run: Run): Run {
    if (!run.waiting) return run
    const { name, input, at } = run.waiting
    run.span = this.recorder.startSpan(run.trace, run.span, null, name, {
      type: 'chain',
      input,
      startTime: at,
    })
    run.owns = 'span'
    run.waiting = null
    return run
  }

  /** What a run called in `parent` hangs under: a span that the app has opened in there, else that of the parent. */
  spanIn(parentId: string | undefined, parent: Run): SpanEntry | null {
    const { trace, span } = this.settle(parent)
    const here = this.#scopes.within(parentId)
    return here?.trace === trace ? here.span : span
  }

  openSpan(runId: string, parent: Run, parentId: string | undefined, name: string, said: SpanSaid): void {
    const { trace } = parent
    const span = this.recorder.startSpan(trace, this.spanIn(parentId, parent), null, name, said)
    this.keep(runId, { trace, span, owns: 'span' }, parent)
  }

  openVisit({ runId, name, input, metadata }: Begun, parent: Run): void {
    const namespace = text(metadata['langgraph_checkpoint_ns'])
    const id = namespace ? pathOf(namespace).join(':') : name
    const step = Number(metadata['langgraph_step'] ?? 0)
    const graph = (parent.graph ??= { prefix: id.slice(0, id.length - name.length), visits: [] })
    const parents = parentsOf(graph, name, step, texts(metadata['langgraph_triggers']), this.#topology)
    const visit: Visit = { node: name, id, step, goes_to: null }
    // Only the step before can have led to the next one.
    graph.visits = [...graph.visits.filter((each) => each.step >= step - 1), visit]
    const { trace, span } = parent
    const said = {
      ...{ nodeId: id, nodeName: name, nodeType: 'node', parentNodeId: parents, inputState: input },
      ...{
        sourceRef: this.#options.sources?.[id] ?? null,
        metadata: { langgraph_step: step, checkpoint_ns: namespace },
      },
    }
    const entry = startNode(this.recorder, { trace, span, spanId: null }, said, null)
    // It is ended by its run, never by its node's name.
    trace.visits?.get(id)?.open.pop()
    this.keep(runId, { trace, span: entry, owns: 'span', visit }, parent)
  }

  end(runId: string, said: SpanSaid): void {
    const run = this.#runs.get(runId)
    if (!run) return
    this.#runs.delete(runId)
    const { trace, span, owns, interrupted, top } = run
    if (top && isInterrupt(said.error)) top.interrupted = true
    const told: SpanSaid = interrupted && !said.error ? { ...said, status: 'interrupted' } : said
    if (owns === 'span' && span) this.recorder.endSpan(span, told)
    if (owns !== 'trace') return
    const thread = trace.words.sessionId
    if (interrupted && thread && this.#paused.size < MOST_PAUSED) this.#paused.set(thread, trace.id)
    const { output, error, status } = told
    this.recorder.endTrace(trace, { output, error, status })
  }
}
