import { evalBody, type EvalSaid } from './eval-body.ts'
import type { SpanEntry, TraceEntry } from './entries.ts'
import { endNode, startNode, type NodeEnd, type NodeSaid } from './graph-run.ts'
import { guarded, type Inside } from './handles.ts'
import { runBody, RUNS, type GraphOfRun, type RunSaid, type WholeRun } from './ingest-run.ts'
import { openById } from './open-by-id.ts'
import type { RootedTrace } from './recorder.ts'
import { label, type SpanSaid, type TraceSaid } from './said.ts'
import { placeOf, type Here } from './scope.ts'
import { callerOf } from './source-ref.ts'

/** Where the running code stands. `spanId` is null in a trace of which only the id is known. */
export type SpanContext = { traceId: string; spanId: string | null }

/** A visit of a LangGraph node that has begun. */
export type NodeContext = { traceId: string; nodeId: string; spanId: string }

/** What can be said with a line on the timeline. */
export type LogSaid = {
  level?: string | undefined
  metadata?: Record<string, unknown>
  spanId?: string | undefined
}

const NOWHERE = ''

/** The imperative calls: what begins here is current for the code that follows, until it is ended. */
export class ImperativeCalls {
  /** What the wrappers of this package work with; not part of the interface. */
  readonly inside: Inside
  readonly #traces = openById<TraceEntry>()
  readonly #spans = openById<SpanEntry>()

  constructor(inside: Inside) {
    this.inside = inside
  }

  protected safely<T>(run: (inside: Inside) => T, otherwise: T): T {
    return guarded(this.inside, () => run(this.inside), otherwise)
  }

  #startTrace(name: string, said: TraceSaid): RootedTrace {
    const trace = this.inside.recorder.startTrace(name, said)
    this.#traces.set(trace.id, trace)
    return trace
  }

  /** Where something new is put; outside of a trace one of this name is begun. */
  #placeFor(name: string): Here | null {
    const { scopes } = this.inside
    if (!scopes.current()) this.startTrace({ name })
    return scopes.current()
  }

  /** The trace of this id, or the one around. */
  protected traceOf(traceId: string | undefined): TraceEntry | undefined {
    if (traceId === undefined) return this.inside.scopes.current()?.trace
    return this.#traces.get(traceId) ?? this.inside.recorder.foreign(traceId)
  }

  /** Begins a trace, which is the one of the code that follows until `endTrace`; gives its id. */
  startTrace(said: TraceSaid & { name: string; inputText?: string | undefined }): string {
    return this.safely(({ scopes }) => {
      const { name, inputText, ...rest } = said
      const trace = this.#startTrace(name, { input: inputText, ...rest })
      scopes.enter(placeOf(trace.root))
      return trace.id
    }, NOWHERE)
  }

  /** Ends a trace, by default the one around, and its root span. */
  endTrace(said: TraceSaid & { outputText?: string | undefined; error?: unknown } = {}): void {
    this.safely(({ recorder }) => {
      const { traceId, outputText, ...rest } = said
      const trace = this.traceOf(traceId)
      if (!trace) return
      recorder.endTrace(trace, { output: outputText, ...rest })
      this.#traces.delete(trace.id)
    }, undefined)
  }

  /** Begins a span, which is the parent of those that follow until `endSpan`. Outside of a trace it begins one. */
  startSpan(name: string, said: SpanSaid & { spanType?: string | undefined } = {}): SpanContext {
    return this.safely(
      ({ recorder, scopes }) => {
        const { spanType, ...rest } = said
        const here = this.#placeFor(name)
        if (!here) return { traceId: NOWHERE, spanId: null }
        const span = recorder.startSpan(here.trace, here.span, here.spanId, name, { type: spanType, ...rest })
        this.#spans.set(span.id, span)
        scopes.enter(placeOf(span))
        return { traceId: here.trace.id, spanId: span.id }
      },
      { traceId: NOWHERE, spanId: null },
    )
  }

  /** Ends a span, by default the current one; its parent is current again. */
  endSpan(said: SpanSaid = {}): void {
    this.safely(({ recorder, scopes }) => {
      const { spanId } = said
      const span = spanId === undefined ? scopes.current()?.span : this.#spans.get(spanId)
      // The root span ends with its trace.
      if (!span || span === span.trace.root) return
      recorder.endSpan(span, said)
      this.#spans.delete(span.id)
    }, undefined)
  }

  /** Says more of a span, or corrects it, also long after its end. */
  amendSpan(said: SpanSaid & { spanId: string; traceId?: string | undefined }): void {
    this.safely(({ recorder }) => {
      const { spanId, traceId, ...rest } = said
      const trace = this.#spans.get(spanId)?.trace ?? this.traceOf(traceId)
      if (trace) recorder.amend(trace, spanId, rest)
    }, undefined)
  }

  /** Writes a line on the timeline, by default at the current span. */
  logEvent(message: string, said: LogSaid = {}): void {
    this.safely(({ recorder, scopes }) => {
      const { level = 'info', metadata, spanId } = said
      const here = scopes.current()
      const trace = (spanId && this.#spans.get(spanId)?.trace) || here?.trace
      if (trace) recorder.log(trace, spanId ?? here?.spanId ?? null, message, level, metadata)
    }, undefined)
  }

  /** Attaches a score or verdict to a trace, by default the one around, or to a span of it. */
  attachEval(said: EvalSaid): void {
    this.safely(({ recorder }) => {
      const trace = this.traceOf(said.traceId)
      if (!trace && said.spanId === undefined) return
      recorder.post(trace ?? null, '/api/v1/evals', evalBody(said, trace?.id))
    }, undefined)
  }

  /** Begins the trace of a LangGraph run; gives its id. */
  startLanggraphRun(said: RunSaid): string {
    return this.safely(() => {
      const { graphName, runId = crypto.randomUUID(), inputText, attributes, graph, ...rest } = said
      const about = { framework: 'langgraph', graph_name: graphName, run_id: runId, ...attributes }
      const named = { ...rest, name: graphName, inputText, externalTraceId: label(runId), attributes: about }
      const traceId = this.startTrace(named)
      if (graph) this.declareGraph({ traceId, runId, graphName, graph })
      return traceId
    }, NOWHERE)
  }

  /** Ends a LangGraph run, by default the one around. */
  endLanggraphRun(said: Parameters<ImperativeCalls['endTrace']>[0] = {}): void {
    this.endTrace(said)
  }

  /** Tells the nodes and edges of a run's graph, so that its ways are exact and those not taken are seen. */
  declareGraph(said: { traceId: string; runId: string; graphName: string; graph: GraphOfRun }): void {
    this.safely(({ recorder }) => {
      const trace = this.traceOf(said.traceId)
      if (trace) recorder.post(trace, RUNS, runBody({ ...said, startTime: trace.started, nodes: [] }))
    }, undefined)
  }

  /** Begins a visit of a node; its source is the line that called, unless `sourceRef` says another. */
  startLanggraphNode(said: NodeSaid): NodeContext {
    const source = said?.sourceRef === undefined ? callerOf(this.startLanggraphNode) : null
    const nodeId = said?.nodeId
    const nowhere = { traceId: NOWHERE, nodeId, spanId: NOWHERE }
    return this.safely(({ recorder }) => {
      const here = this.#placeFor(said.nodeName ?? nodeId)
      if (!here) return nowhere
      const span = startNode(recorder, here, said, source)
      this.#spans.set(span.id, span)
      return { traceId: here.trace.id, nodeId, spanId: span.id }
    }, nowhere)
  }

  /** Ends the latest open visit of a node in the trace around. */
  endLanggraphNode(said: NodeEnd): void {
    this.safely(({ recorder, scopes }) => {
      const trace = scopes.current()?.trace
      const ended = trace && endNode(recorder, trace, said)
      if (ended) this.#spans.delete(ended.id)
    }, undefined)
  }

  /** Sends a whole run with its nodes; gives the id of its trace. */
  ingestLanggraphRun(said: WholeRun): string {
    const traceId = said?.traceId ?? crypto.randomUUID()
    this.safely(({ recorder }) => recorder.post(null, RUNS, runBody({ ...said, traceId })), undefined)
    return traceId
  }

  /** Makes a trace, and a span of it, the one of the code that follows; what came from another process goes on here. */
  setContext(context: { traceId: string; spanId?: string | null }): void {
    this.safely(({ scopes }) => {
      const { traceId, spanId = null } = context
      const trace = this.traceOf(traceId)
      if (!trace) return
      const span = (spanId !== null && this.#spans.get(spanId)) || null
      scopes.enter({ trace, span, spanId })
    }, undefined)
  }

  /** The trace and span around, or null. */
  getContext(): SpanContext | null {
    const here = this.safely(({ scopes }) => scopes.current(), null)
    return here && { traceId: here.trace.id, spanId: here.spanId }
  }
}
