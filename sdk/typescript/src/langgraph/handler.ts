import type { LLMTraceClient } from '../client.ts'
import { guarded } from '../handles.ts'
import type { SpanSaid } from '../said.ts'
import { readGeneration, readModel, readPrompts, readTokens } from './read-model.ts'
import { isRecord, Runs, text, texts, type Begun, type HandlerOptions, type Run } from './runs.ts'
import { gotoIn, namesIn } from './ways.ts'

const HIDDEN = 'langsmith:hidden'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-/i
/** How LangGraph calls the run of a conditional edge. */
const BRANCH = /^(RunnableLambda|Branch<)/
/** A call of a model or a tool that stands alone gets a trace around it, under this name. */
const around = (runId: string) => `${runId}/around`

const idOf = (serialized: unknown): string[] => (isRecord(serialized) ? texts(serialized['id']) : [])
const nameOf = (serialized: unknown, name: unknown) =>
  text(name) ??
  (isRecord(serialized) ? text(serialized['name']) : undefined) ??
  idOf(serialized).at(-1) ??
  'run'
const isGraph = (serialized: unknown) => idOf(serialized).includes('pregel')
const isVisit = ({ name, metadata, tags }: Begun) =>
  metadata['langgraph_node'] === name && tags.some((tag) => tag.startsWith('graph:step:'))

/** An error with which LangGraph goes on in the graph around. */
const isCommand = (error: unknown): error is Error & { command?: unknown } =>
  error instanceof Error && error.name === 'ParentCommand'

/** What a tool was given: JSON, when it is. */
function readInput(input: unknown): unknown {
  if (typeof input !== 'string') return input
  try {
    return JSON.parse(input)
  } catch {
    return input
  }
}

const contentOf = (output: unknown): unknown =>
  isRecord(output) && 'content' in output && 'tool_call_id' in output ? output['content'] : output

type Metadata = Record<string, unknown>

/** What LangChain says when a chain begins; the parent's id has stood in two places, with type and name around it. */
type ChainCalled = [
  chain: unknown,
  input: unknown,
  runId: string,
  parentOrType?: string,
  tags?: string[],
  metadata?: Metadata,
  typeOrName?: string,
  nameOrParent?: string,
]

/** The same for a model. */
type ModelCalled<Input> = [
  model: unknown,
  input: Input,
  runId: string,
  parentId?: string,
  extra?: unknown,
  tags?: string[],
  metadata?: Metadata,
  name?: string,
]

/** The same for a tool or a retriever. */
type ToolCalled = [
  tool: unknown,
  input: unknown,
  runId: string,
  parentId?: string,
  tags?: string[],
  metadata?: Metadata,
  name?: string,
  callId?: string,
]

/**
 * Records runs of LangChain.js and LangGraph.js: give it as a callback. Nothing of theirs is imported, any version with
 * these callbacks will do. A fault in here never reaches the run. Of several handlers of one client that hear of a run, one
 * tells it.
 */
export class TraceHubCallbackHandler {
  readonly name = 'trace_hub'
  /** Called in turn and at once, so that the times are those of the run. */
  readonly awaitHandlers = true
  readonly raiseError = false
  readonly ignoreLLM = false
  readonly ignoreChain = false
  readonly ignoreAgent = false
  readonly ignoreRetriever = false
  readonly ignoreCustomEvent = true
  readonly #hub: LLMTraceClient
  readonly #options: HandlerOptions
  readonly #runs: Runs

  constructor(hub: LLMTraceClient, options: HandlerOptions = {}) {
    this.#hub = hub
    this.#options = options
    this.#runs = new Runs(hub, options)
  }

  #safely(run: () => void): void {
    guarded(this.#hub.inside, run, undefined)
  }

  handleChainStart(...called: ChainCalled): void {
    this.#safely(() => {
      const [chain, input, runId, parentOrType, tags = [], metadata = {}, typeOrName, nameOrParent] = called
      if (this.#runs.get(runId)) return
      const is_new_order = UUID.test(nameOrParent ?? '')
      const parentId = is_new_order ? nameOrParent : UUID.test(parentOrType ?? '') ? parentOrType : undefined
      const name = nameOf(chain, is_new_order ? typeOrName : nameOrParent)
      const parent = parentId === undefined ? undefined : this.#runs.get(parentId)
      if (parent && parentId) {
        return this.#openInner(chain, { runId, name, input, metadata, tags }, parent, parentId)
      }
      const begun = { runId, name: this.#options.name ?? name, input, metadata, tags }
      if (isGraph(chain)) this.#runs.openGraph(begun)
      else this.#runs.openRoot(begun)
    })
  }

  #openInner(chain: unknown, begun: Begun, parent: Run, parentId: string): void {
    const { runId, name, input, tags } = begun
    const { trace, span, graph, visit } = parent
    if (tags.includes(HIDDEN)) return void this.#runs.keep(runId, { trace, span, graph }, parent)
    if (isVisit(begun)) return this.#runs.openVisit(begun, parent)
    const host = visit ?? parent.around
    if (isGraph(chain) && host) {
      const below = this.#runs.spanIn(parentId, parent)
      const inner = { prefix: `${host.id}:`, visits: [] }
      return void this.#runs.keep(runId, { trace, span: below, graph: inner }, parent)
    }
    if (visit && BRANCH.test(name)) {
      const waiting = { name, input, at: this.#runs.recorder.timeIn(trace) }
      return void this.#runs.keep(runId, { trace, span, waiting }, parent)
    }
    this.#runs.openSpan(runId, parent, parentId, name, { type: 'chain', input })
  }

  handleChainEnd(output: unknown, runId: string): void {
    this.#safely(() => {
      const run = this.#runs.get(runId)
      if (!run) return
      if (run.waiting) {
        const names = namesIn(isRecord(output) && 'output' in output ? output['output'] : output)
        if (names && run.around) run.around.goes_to = [...(run.around.goes_to ?? []), ...names]
        else this.#runs.settle(run)
      }
      const goes_to = run.visit ? gotoIn(output) : []
      if (run.visit && goes_to.length > 0) run.visit.goes_to = [...(run.visit.goes_to ?? []), ...goes_to]
      this.#runs.end(runId, { output })
    })
  }

  handleChainError(error: unknown, runId: string): void {
    this.#safely(() => {
      const run = this.#runs.get(runId)
      if (run?.waiting) this.#runs.settle(run)
      if (!isCommand(error)) return this.#runs.end(runId, { error })
      // The visit in the graph around goes where the command says.
      const target = isRecord(error.command) ? (namesIn(error.command['goto'] ?? []) ?? []) : []
      if (run?.visit && run.around === null) run.visit.goes_to = target
      this.#runs.end(runId, {})
    })
  }

  /** A call of a model, a tool or a retriever; one that stands alone is a trace. */
  #open(
    runId: string,
    parentId: string | undefined,
    said: SpanSaid & { name: string },
    metadata: Metadata = {},
  ): void {
    if (this.#runs.get(runId)) return
    const { name, ...rest } = said
    const parent = parentId === undefined ? undefined : this.#runs.get(parentId)
    const title = this.#options.name ?? name
    const root = { runId: around(runId), name: title, input: said.input, metadata, tags: [] }
    this.#runs.openSpan(runId, parent ?? this.#runs.openRoot(root), parent && parentId, name, rest)
  }

  #close(runId: string, said: SpanSaid): void {
    this.#safely(() => {
      this.#runs.end(runId, said)
      this.#runs.end(around(runId), said)
    })
  }

  #openModel(called: ModelCalled<unknown>, input: unknown): void {
    const [model, , runId, parentId, extra, , metadata, name] = called
    const usage = readModel(extra, metadata)
    this.#open(runId, parentId, { name: nameOf(model, name), type: 'llm', input, usage }, metadata)
  }

  handleLLMStart(...called: ModelCalled<string[]>): void {
    const [, prompts] = called
    this.#safely(() => this.#openModel(called, prompts.length === 1 ? prompts[0] : prompts))
  }

  handleChatModelStart(...called: ModelCalled<unknown[][]>): void {
    this.#safely(() => this.#openModel(called, readPrompts(called[1])))
  }

  handleLLMNewToken(_token: string, _index: unknown, runId: string): void {
    const run = this.#runs.get(runId)
    if (!run?.span || run.has_tokens) return
    this.#safely(() => {
      run.has_tokens = true
      const { span, trace } = run
      if (!span) return
      const time_to_first_token_ms =
        Math.round((this.#runs.recorder.timeIn(trace) - span.started) * 1000) / 1000
      this.#runs.recorder.setSpan(span, { attributes: { time_to_first_token_ms } })
    })
  }

  handleLLMEnd(result: unknown, runId: string): void {
    this.#safely(() => this.#close(runId, { output: readGeneration(result), usage: readTokens(result) }))
  }

  handleLLMError(error: unknown, runId: string): void {
    this.#close(runId, { error })
  }

  handleToolStart(...called: ToolCalled): void {
    this.#safely(() => {
      const [tool, input, runId, parentId, , metadata, name, tool_call_id] = called
      const attributes = tool_call_id ? { tool_call_id } : undefined
      const said = { name: nameOf(tool, name), type: 'tool', input: readInput(input), attributes }
      this.#open(runId, parentId, said, metadata)
    })
  }

  handleToolEnd(output: unknown, runId: string): void {
    this.#close(runId, { output: contentOf(output) })
  }

  handleToolError(error: unknown, runId: string): void {
    this.#close(runId, { error })
  }

  handleRetrieverStart(...called: ToolCalled): void {
    this.#safely(() => {
      const [retriever, input, runId, parentId, , metadata, name] = called
      this.#open(runId, parentId, { name: nameOf(retriever, name), type: 'retriever', input }, metadata)
    })
  }

  handleRetrieverEnd(documents: unknown, runId: string): void {
    this.#close(runId, { output: documents })
  }

  handleRetrieverError(error: unknown, runId: string): void {
    this.#close(runId, { error })
  }
}
