import type { Issue } from '../errors.ts'

/** The payload of a saying, read back from the log; it is never in a row. Undefined = not said. */
export type Payload = {
  input: unknown
  output: unknown
  attributes: Record<string, unknown> | undefined
  /** In full; the row keeps the first 500 characters. */
  error: string | undefined
}

/** Where a LangGraph node visit stands in its graph. */
export type NodeRef = {
  run_id: string | null
  node_id: string
  node_name: string | null
  node_type: string | null
  parent_node_ids: string[]
  visit: number | null
  source_ref: { file: string | null; line: number | null; function: string | null } | null
  /** The step of its graph's run in which LangGraph made the visit, the task that it was, and the thread it ran in. */
  step?: number
  task?: string
  thread?: string
  /** Nodes that it waits for, all of them; `sure` = it was come to in no other way. */
  joins?: { from: string[]; sure: boolean }[]
  /** Nodes that it said itself to go to. */
  goes_to?: string[]
}

/** A step inside the visit that `task` was: it chose where to go next. It is no visit of its own. */
export type ChoiceRef = { goes_to: string[]; task: string }

export const isVisit = (node: NodeRef | ChoiceRef | null): node is NodeRef =>
  node !== null && 'node_id' in node

/** What a saying says of the columns of a span; null = nothing. Times in microseconds, money in nano-dollars. */
export type SpanValues = {
  parent_key: string | null
  name: string | null
  span_type: string | null
  status: number | null
  start_time: number | null
  end_time: number | null
  error: string | null
  model: string | null
  provider: string | null
  input_tokens: number | null
  output_tokens: number | null
  cache_read_tokens: number | null
  reasoning_tokens: number | null
  cost_nano: number | null
  node: NodeRef | ChoiceRef | null
  input_preview: string | null
  output_preview: string | null
}

/** What a saying says of the columns of a trace. */
export type TraceValues = {
  external_id: string | null
  name: string | null
  status: number | null
  end_time: number | null
  model: string | null
  environment: string | null
  release: string | null
  user_id: string | null
  session_id: string | null
  input_preview: string | null
  output_preview: string | null
  tags: string[] | null
  user_review_passed: boolean | null
}

/** Says nothing of a trace. */
export const SILENT_TRACE: TraceValues = {
  external_id: null,
  name: null,
  status: null,
  end_time: null,
  model: null,
  environment: null,
  release: null,
  user_id: null,
  session_id: null,
  input_preview: null,
  output_preview: null,
  tags: null,
  user_review_passed: null,
}

/** An id as it is stored: its key, how it was written, its text when the key does not tell it. */
export type IdRef = { key: string; form: number; text: string | null }

export const LEVEL = { start: 0, event: 1, end: 2, amendment: 3 } as const

export type SpanSaying = { span: IdRef; level: number; values: SpanValues; payload: () => Payload }

export const EVENT_KINDS = ['SPAN_STARTED', 'SPAN_ENDED', 'LOG', 'EVENT', 'AMENDMENT', 'SPAN'] as const

export type EventSaying = { type: number; span_key: string | null; payload: () => Record<string, unknown> }

export type EvalSaying = {
  span: IdRef | null
  name: string
  model: string
  score: number
  passed: boolean
  label: string | null
  explanation: string | null
  metadata: Record<string, unknown>
  user_review_passed: boolean | null
}

/**
 * Bytes that came with a span. They are kept once, in the body as it was sent: `offset` and `length` say where in its
 * inflated bytes they lie. What `judgeAttachments` refuses is not listed.
 */
export type Attachment = { name: string; content_type: string; offset: number; length: number }

/** One item of a document: what it says of a span, of the timeline, or as an evaluation. */
export type Item = {
  ordinal: number
  trace: IdRef
  /** The idempotency key; its scope is the trace. */
  key: string
  digest: bigint
  /** Event time, microseconds since 1970. */
  at: number
  /** The item as sent, for telling a duplicate from a conflict. */
  raw: unknown
  span: SpanSaying | null
  event: EventSaying | null
  evaluation: EvalSaying | null
  /** What it says of its trace, where a document has no words of its own for that. */
  about?: TraceValues | null
  /** Set where the item is the trace's own object, and `about` what that says: it outranks what spans say of the trace. */
  own?: { start_time: number | null; payload: () => Payload }
  /** Bytes that belong to its span. `raw` tells other bytes from these; `cut` takes them out of the body with the item. */
  attachments?: Attachment[]
}

/** What a document says of its trace as a whole. */
export type Header = {
  trace: IdRef
  level: number
  at: number
  start_time: number
  digest: bigint
  values: TraceValues
  payload: () => Payload & { graph: Record<string, unknown> | undefined }
}

/** An item that was refused, with what to tell its sender. */
export type Refusal = { index: number; id: string | null; code: string; detail: string; issues?: Issue[] }

/** One document, normalised: the same from every protocol. */
export type Batch = { header: Header | null; items: Item[]; refused: Refusal[]; received: number }

/** The traces that a document names, as keys: for the whole of it, and for each of its entries; null = none. */
export type Names = { envelope: string | null; entries: (string | null)[] }

/**
 * How the documents of one door are read. The door and every reader of the log use the same functions,
 * so a payload reads as it was normalised. `code` stands in the log: never reuse one.
 */
export type Protocol = {
  code: number
  name: string
  /** Throws a HubError when the envelope is invalid. */
  read(document: unknown): Batch
  /** Header of a stored document. */
  header(document: unknown): Header | null
  /** Item at a wire ordinal of a stored document; null where an erasure left nothing. */
  item(document: unknown, ordinal: number): Item | null
  /** Whom a stored document speaks of by its own words, refused entries included. */
  names(document: unknown): Names
  /** The bytes of a stored document without these entries; the others keep their ordinals and what they say. */
  cut(body: Uint8Array, ordinals: Set<number>): Uint8Array
  /** Makes a document of inflated bytes that are not JSON. */
  parse?(raw: Uint8Array): unknown
  /** The bytes of an attachment of one of a stored document's items, where its items have any. */
  bytes?(document: unknown, attachment: Attachment): Uint8Array
}
