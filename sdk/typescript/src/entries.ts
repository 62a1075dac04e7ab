/** Where an entry is: not handed over, waiting, on its way to the hub, or lost because the queue was full. */
export type Place = 'idle' | 'queued' | 'taken' | 'dropped'

type Queued = { place: Place; bytes: number }

/** Words of a trace as a whole; texts are kept as they go over the wire. */
export type TraceWords = {
  name?: string | undefined
  externalTraceId?: string | undefined
  inputText?: string | undefined
  outputText?: string | undefined
  model?: string | undefined
  environment?: string | undefined
  release?: string | undefined
  userId?: string | undefined
  sessionId?: string | undefined
  tags?: string[] | undefined
  userReviewPassed?: boolean | undefined
}

/** A trace while it is open, and its header in the queue. Times are milliseconds since 1970 with their fractions. */
export type TraceEntry = Queued & {
  kind: 'trace'
  id: string
  /** False: nothing of it is sent. */
  sampled: boolean
  /** Begun here, so that its header is known; false for a trace that only its id was given of. */
  own: boolean
  /** The wall clock and the monotonic clock when it began: a clock that is set meanwhile bends no duration. */
  wall: number
  mono: number
  started: number
  ended: number | null
  status: string | null
  words: TraceWords
  /** JSON members, `"key":value`. */
  attributes: string[]
  root: SpanEntry | null
  /** Visits of LangGraph nodes that have begun, by node id. */
  visits: Map<string, NodeVisits> | null
}

/** How often a node was visited in a trace, and the visits that are open. */
export type NodeVisits = { count: number; open: SpanEntry[] }

/** A span while it is open, and what is to be sent of it. */
export type SpanEntry = Queued & {
  kind: 'span'
  trace: TraceEntry
  id: string
  parent: SpanEntry | null
  parentId: string | null
  name: string
  type: string
  started: number
  ended: number | null
  status: string | null
  error: string | null
  /** JSON texts; gone once they are on their way. */
  input: string | null
  output: string | null
  /** JSON members that are not sent yet. */
  attributes: string[]
  usage: string[]
  /** JSON members of `attributes` that are said again when the start was lost. */
  fixed: string[]
  /** Its start is with the hub, or on the way. */
  announced: boolean
}

/** A LOG, an EVENT or an AMENDMENT. */
export type EventEntry = Queued & {
  kind: 'event'
  trace: TraceEntry
  type: 'LOG' | 'EVENT' | 'AMENDMENT'
  spanId: string | null
  at: number
  payload: string
  key: string
}

/** A request of its own: an evaluation, or the declared graph of a run. */
export type PostEntry = Queued & { kind: 'post'; path: string; body: string }

export type Entry = TraceEntry | SpanEntry | EventEntry | PostEntry

/** What an object and the ids in it take beside its texts, with as much again that waits for the garbage collector. */
const FRAME = { trace: 1200, span: 1300, event: 700, post: 400 }

/** Texts that go past Latin-1 take two bytes a character in memory. */
const weight = (text: string): number => (/[^\0-\xff]/.test(text) ? 2 * text.length : text.length)

const weightOf = (texts: readonly (string | null | undefined)[]): number =>
  texts.reduce((sum, text) => sum + (text ? weight(text) : 0), 0)

/** The bytes of memory that an entry holds, rather too many than too few. */
export function weigh(entry: Entry): number {
  return FRAME[entry.kind] + weightOf(textsOf(entry))
}

function textsOf(entry: Entry): (string | null | undefined)[] {
  switch (entry.kind) {
    case 'trace':
      return [entry.words.inputText, entry.words.outputText, ...entry.attributes]
    case 'span':
      return [entry.name, entry.input, entry.output, entry.error, ...entry.attributes, ...entry.usage]
    case 'event':
      return [entry.payload]
    default:
      return [entry.body]
  }
}
