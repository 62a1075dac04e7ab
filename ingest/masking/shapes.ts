import { isRecord } from '#shared/protocol/clean.ts'
import { EVENT_TYPES } from '#shared/schema/said.ts'
import { LANGGRAPH_NODE } from '#shared/schema/span-types.ts'
import { statusCode } from '#shared/schema/status.ts'
import { readTime } from '#shared/time.ts'

type Json = Record<string, unknown>

/**
 * What of an object is the protocol's and not content. `exempt`: members that stay as they are where they look like
 * what they should be; `inside`: members that have a shape of their own. All else is free content.
 */
export type Shape = {
  exempt: Record<string, (text: string) => boolean>
  inside: Record<string, (holder: Json) => Shape | null>
}

const isId = (text: string): boolean => text.length <= 255 && !/[\p{Cc}\p{Cs}]/u.test(text)
const isWord = (text: string): boolean => /^[\w.-]{1,64}$/.test(text)
const isTime = (text: string): boolean => readTime(text) !== null
const isStatus = (text: string): boolean => statusCode(text) !== null
const isEventType = (text: string): boolean => EVENT_TYPES.some((type) => type === text)

const times = { start_time: isTime, end_time: isTime }
const named = { trace_id: isId, span_id: isId, parent_span_id: isId, idempotency_key: isId }
const kind = { status: isStatus, span_type: isWord }

const of = (shape: Shape) => () => shape
const shape = (exempt: Shape['exempt'], inside: Shape['inside'] = {}): Shape => ({ exempt, inside })

const NODE_IDS = { node_id: isId, parent_node_id: isId, parent_node_ids: isId }

/** A span that is a LangGraph node names it in its attributes. */
const attributes = ({ span_type }: Json): Shape | null =>
  span_type === LANGGRAPH_NODE ? shape(NODE_IDS) : null

const LIFECYCLE = shape({ parent_span_id: isId, ...kind }, { attributes })
const PATCH = shape(kind, { attributes })
const AMENDMENT = shape({}, { patch: of(PATCH) })

const payload = ({ event_type }: Json): Shape | null => {
  if (event_type === 'AMENDMENT') return AMENDMENT
  return event_type === 'SPAN_STARTED' || event_type === 'SPAN_ENDED' ? LIFECYCLE : null
}

const TRACE = shape({ trace_id: isId, status: isStatus, ...times })
const SPAN = shape({ ...named, ...kind, ...times }, { attributes })
const EVENT = shape({ ...named, event_type: isEventType, event_time: isTime }, { payload })
const NODE = shape({ ...named, ...NODE_IDS, node_type: isWord, status: isStatus, ...times })
const GRAPH = shape({}, { nodes: of(shape({ id: isId })), edges: of(shape({ source: isId, target: isId })) })

/** The shape of each protocol's documents, by its name; a protocol without one cannot be masked. */
const SHAPES: Record<string, Shape> = {
  traces: shape({}, { trace: of(TRACE), spans: of(SPAN) }),
  spans: shape({}, { events: of(EVENT) }),
  'langgraph-runs': shape(
    { trace_id: isId, run_id: isId, status: isStatus, ...times },
    { nodes: of(NODE), graph: of(GRAPH) },
  ),
  evals: shape(named),
}

export function shapeOf(protocol: string): Shape {
  const known = Object.hasOwn(SHAPES, protocol) ? SHAPES[protocol] : undefined
  if (known) return known
  throw new Error(`documents of the protocol ${protocol} have no shape in ingest/masking/shapes.ts`)
}

/** The shape of a member, when it is the protocol's. */
export function shapeInside({ inside }: Shape, name: string, holder: unknown): Shape | null {
  return isRecord(holder) && Object.hasOwn(inside, name) ? (inside[name]?.(holder) ?? null) : null
}
