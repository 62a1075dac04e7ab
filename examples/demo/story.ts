/** How a thing came out; `running` when it never did. */
export type Status = 'running' | 'success' | 'error' | 'interrupted' | 'cancelled'

export type Fields = Record<string, unknown>

/** The model of a call, and what the call used once it was answered. */
export type Usage = {
  model: string
  provider: string
  input_tokens?: number
  output_tokens?: number
  cache_read_tokens?: number
  reasoning_tokens?: number
}

/** One step of a story. Times are milliseconds since the story began. */
export type Span = {
  id: string
  parent: string | null
  name: string
  type: string
  start: number
  end: number | null
  status: Status
  error?: string
  input?: unknown
  output?: unknown
  attributes?: Fields
  usage?: Usage
  /** Set on a visit of a LangGraph node. */
  node?: { id: string; type: string; parents: string[]; visit: number }
}

export type Verdict = {
  span: string | null
  name: string
  model: string
  score: number
  passed: boolean
  label: string
  explanation: string
  reviewed?: boolean
}

export type Line = { at: number; span: string; message: string; fields: Fields }

/** The topology that a LangGraph app declares of itself. */
export type Graph = {
  nodes: { id: string; name: string }[]
  edges: { source: string; target: string; conditional?: boolean }[]
}

/** What a trace says of itself besides its steps. */
export type Header = {
  name: string
  model?: string
  environment: string
  release: string
  user_id?: string
  session_id?: string
  tags: string[]
  input_text: string
  output_text?: string
  attributes: Fields
  reviewed?: boolean
}

/** One trace as it happened, not yet put into requests or into a day. */
export type Story = {
  trace_id: string
  header: Header
  status: Status
  end: number | null
  spans: Span[]
  lines: Line[]
  verdicts: Verdict[]
  /** Set on a LangGraph run. */
  run?: { run_id: string; graph_name: string; graph: Graph }
}
