import type { OtlpSpan } from '../otlp/span.ts'

/** Where a payload may stand; the first place that holds something is it. */
export type Place =
  /** One attribute: text, JSON as text, or a structure. */
  | { value: string }
  /** `prefix.0.message.role`, `prefix.1…`; `inner` stands behind the number. */
  | { indexed: string; inner?: string }
  /** `prefix.0.document.content` and so on: a list of documents. */
  | { documents: string }
  /** An answer in parts: its text, its calls of tools, its reasoning. */
  | { answer: { text: string; calls?: string; reasoning?: string } }
  /** Span events that carry one message each, by the role that each stands for. */
  | { events: Readonly<Record<string, string>> }
  /** An attribute of a span event. */
  | { event: string; attribute: string }

/** Names of counts inside JSON, or of attributes. */
export type Counts = {
  input?: readonly string[]
  output?: readonly string[]
  cache_read?: readonly string[]
  cache_write?: readonly string[]
  reasoning?: readonly string[]
  total?: readonly string[]
}

/** A name that attributes give a span; `of` are the kinds of span for which it is meant. */
type Named = { key: string; of?: readonly string[] }

/** What to multiply a duration by to get milliseconds. */
type Duration = { key: string; to_ms: number }

/** How one library writes down what a span was: names of attributes, nothing else. */
export type Dialect = {
  name: string
  /** How its attributes begin; a span without any is not asked. */
  prefixes: readonly string[]
  kinds?: readonly { key: string; types: Readonly<Record<string, string>> }[]
  names?: readonly Named[]
  model?: readonly string[]
  provider?: readonly string[]
  input?: readonly Place[]
  /** Put before the input's messages, as what the system said. */
  instructions?: readonly string[]
  output?: readonly Place[]
  counts?: Counts
  /** Attributes with JSON in which each name is a bucket of its own: input without what was cached, and so on. */
  buckets?: readonly string[]
  /** Attributes with JSON of counts, the input with its cache. */
  usage?: readonly {
    key: string
    counts: Counts
    details: { input: readonly string[]; output: readonly string[] }
  }[]
  /** In dollars. */
  cost?: readonly string[]
  /** JSON with a cost in it. */
  costs?: readonly { key: string; total: readonly string[] }[]
  first_token?: readonly Duration[]
  /** When the first token came, RFC 3339. */
  first_token_at?: readonly string[]
  user?: readonly string[]
  session?: readonly string[]
  tags?: readonly string[]
  environment?: readonly string[]
  release?: readonly string[]
  trace_name?: readonly string[]
  trace_input?: readonly string[]
  trace_output?: readonly string[]
  /** Attributes with the metadata as JSON, and beginnings of attributes that are one member each. */
  metadata?: readonly string[]
  metadata_prefixes?: readonly string[]
  /** An attribute that says that the span failed, with its words for that, and where the message stands. */
  failure?: { key: string; words: readonly string[]; message: string }
  /** A failure is told by an exception event although the status says that all is well. */
  exceptions_fail?: (span: OtlpSpan) => boolean
}
