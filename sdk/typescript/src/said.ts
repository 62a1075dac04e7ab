/** Tokens and cost of one model call. Input tokens include cached ones; cost is in US dollars. */
export type Usage = {
  model?: string | null | undefined
  provider?: string | null | undefined
  inputTokens?: number | null | undefined
  outputTokens?: number | null | undefined
  cacheReadTokens?: number | null | undefined
  reasoningTokens?: number | null | undefined
  costUsd?: number | null | undefined
}

/** How a trace or a span came out. */
export type Status = 'running' | 'success' | 'error' | 'interrupted' | 'cancelled'

/** The kinds of span that the hub knows; any other text is kept and shown as a plain span. */
export type SpanType =
  | 'task'
  | 'llm'
  | 'embedding'
  | 'retriever'
  | 'reranker'
  | 'tool'
  | 'agent'
  | 'chain'
  | 'judge'
  | 'guardrail'
  | 'prompt'
  | 'event'
  | 'langgraph_node'
  | (string & {})

/** What can be said of a trace, at its start or later. */
export type TraceSaid = {
  /** Your own id: a UUID, OpenTelemetry hex or printable text of at most 128 characters. */
  traceId?: string | undefined
  externalTraceId?: string | undefined
  name?: string | undefined
  input?: unknown
  output?: unknown
  model?: string | undefined
  environment?: string | undefined
  release?: string | undefined
  userId?: string | undefined
  sessionId?: string | undefined
  tags?: string[] | undefined
  attributes?: Record<string, unknown> | undefined
  status?: Status | undefined
  userReviewPassed?: boolean | undefined
}

/** What can be said of a span, at its start or later. Times are milliseconds since 1970. */
export type SpanSaid = {
  /** Your own id; default a new UUID. */
  spanId?: string | undefined
  name?: string | undefined
  type?: SpanType | undefined
  input?: unknown
  output?: unknown
  attributes?: Record<string, unknown> | undefined
  /** Attributes that name what the span is, said again should its start be lost. */
  fixed?: Record<string, unknown> | undefined
  usage?: Usage | undefined
  status?: Status | undefined
  error?: unknown
  startTime?: number | undefined
  endTime?: number | undefined
}

/** A name as the hub has it. */
export const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** What is said under these names, under the names that the hub has for them. */
export const wired = <T extends object>(said: T, ...names: (keyof T & string)[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [snake(name), said[name] ?? undefined]))

const pairs = <N extends string>(...names: N[]) => names.map((name) => [name, snake(name)] as const)

/** Members of usage, and the short texts of a trace, each with its name on the wire. */
export const USAGE = pairs(
  ...(['model', 'provider', 'inputTokens', 'outputTokens'] as const),
  ...(['cacheReadTokens', 'reasoningTokens', 'costUsd'] as const),
)
export const LABELS = pairs(
  ...(['name', 'externalTraceId', 'model', 'environment', 'release', 'userId', 'sessionId'] as const),
)

/** A short text as the hub takes it. */
export const label = (value: unknown): string => String(value).slice(0, 255)

export const isUsableId = (id: unknown): id is string =>
  typeof id === 'string' && id.length > 0 && id.length <= 128 && !/[\p{Cc}\p{Cs}]/u.test(id)

/** What an error says, or whatever else was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const nameOf = (error: unknown) => (error instanceof Error ? error.name : '')

/** An abort is no failure, and neither is a graph that waits for a person. */
export function statusOfError(error: unknown): Status {
  if (nameOf(error) === 'AbortError') return 'cancelled'
  return isInterrupt(error) ? 'interrupted' : 'error'
}

/** Whether LangGraph threw this to wait for an answer from outside. */
export const isInterrupt = (error: unknown): boolean => /^(Graph|Node)Interrupt$/.test(nameOf(error))

/** Name, message and causes of an error; its stack, with the paths of this machine, stays here. */
export function textOfError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : String(error)
  const cause = error.cause === undefined || error.cause === error ? '' : `\ncaused by ${short(error.cause)}`
  return `${short(error)}${cause}`
}

const short = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))
