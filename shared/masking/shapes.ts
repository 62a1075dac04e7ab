import { isRecord } from '../protocol/clean.ts'
import { EVENT_TYPES } from '../schema/said.ts'
import { LANGGRAPH_NODE } from '../schema/span-types.ts'
import { statusCode } from '../schema/status.ts'
import { readTime } from '../time.ts'

type Json = Record<string, unknown>

/**
 * What of an object is the protocol's and not content. `exempt`: members that stay as they are where they look like
 * what they should be; `inside`: members that have a shape of their own. All else is free content.
 */
export type Shape = {
  exempt: Record<string, (text: string) => boolean>
  inside: Record<string, (holder: Json) => Shape | null>
  /** Members whose numbers are times: milliseconds since 1970 have as many digits as some cards. */
  stamps?: readonly string[]
  /** An attribute of OpenTelemetry: its name is the value of `key`, and what it holds is `value`. */
  is_pair?: true
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

const isHex = (text: string): boolean => /^[0-9a-fA-F]*$/.test(text)
const isDigits = (text: string): boolean => /^\d{1,20}$/.test(text)
const isEncodedId = (text: string): boolean => isHex(text) || /^[\w+/]{11,22}=*$/.test(text)

/** Members as OTLP/JSON names them, and as the .proto files do. */
const twice = <T>(members: Record<string, T>): Record<string, T> => ({
  ...members,
  ...Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  ),
})

const PAIR: Shape = { exempt: {}, inside: {}, is_pair: true }
const pairs = { attributes: of(PAIR) }
const OTLP_IDS = { traceId: isEncodedId, spanId: isEncodedId, parentSpanId: isEncodedId }
const OTLP_TIMES = { startTimeUnixNano: isDigits, endTimeUnixNano: isDigits, timeUnixNano: isDigits }
const OTLP_SPAN = shape(twice({ ...OTLP_IDS, ...OTLP_TIMES }), {
  ...pairs,
  events: of(shape(twice(OTLP_TIMES), pairs)),
  links: of(shape(twice(OTLP_IDS), pairs)),
  status: of(shape({ code: isWord })),
})
const SCOPE_SPANS = shape({}, { scope: of(shape({}, pairs)), spans: of(OTLP_SPAN) })
const RESOURCE_SPANS = shape(
  {},
  {
    resource: of(shape({}, pairs)),
    ...twice({ scopeSpans: of(SCOPE_SPANS) }),
    instrumentationLibrarySpans: of(SCOPE_SPANS),
  },
)

const LANGFUSE_IDS = { id: isId, traceId: isId, observationId: isId, parentObservationId: isId }
const LANGFUSE_TIMES = { timestamp: isTime, startTime: isTime, endTime: isTime, completionStartTime: isTime }
const LANGFUSE_BODY = shape({
  ...LANGFUSE_IDS,
  ...LANGFUSE_TIMES,
  type: isWord,
  level: isWord,
  dataType: isWord,
})
const LANGFUSE_ENTRY = shape({ id: isId, timestamp: isTime, type: isWord }, { body: of(LANGFUSE_BODY) })

const isDotted = (text: string): boolean => /^[\w.-]{1,65536}$/.test(text)
const RUN_METADATA = shape({
  ...{ langgraph_node: isId, langgraph_triggers: isId, langgraph_checkpoint_ns: isId, checkpoint_ns: isId },
  ...{ thread_id: isId, ls_provider: isWord, ls_model_type: isWord, ls_integration: isWord },
})
const RUN: Shape = {
  ...shape(
    {
      ...{
        id: isId,
        trace_id: isId,
        parent_run_id: isId,
        dotted_order: isDotted,
        run_type: isWord,
        ...times,
      },
      ...{ session_id: isId, reference_example_id: isId },
    },
    {
      extra: of(shape({}, { metadata: of(RUN_METADATA) })),
      events: of({ ...shape({ name: isWord, time: isTime }), stamps: ['time'] }),
    },
  ),
  stamps: ['start_time', 'end_time'],
}
const FEEDBACK = shape({
  ...{ id: isId, run_id: isId, trace_id: isId, session_id: isId, created_at: isTime, modified_at: isTime },
})

/** The shape of each protocol's documents, by its name; a protocol without one cannot be masked. */
const SHAPES: Record<string, Shape> = {
  traces: shape({}, { trace: of(TRACE), spans: of(SPAN) }),
  decide: shape({ trace_id: isId }, { trace: of(TRACE), spans: of(SPAN) }),
  spans: shape({}, { events: of(EVENT) }),
  'langgraph-runs': shape(
    { trace_id: isId, run_id: isId, status: isStatus, ...times },
    { nodes: of(NODE), graph: of(GRAPH) },
  ),
  evals: shape({ ...named, created_at: isTime }),
  langfuse: shape({}, { batch: of(LANGFUSE_ENTRY) }),
  // A multipart body is many documents, each of one of these shapes.
  'langsmith-run': RUN,
  'langsmith-feedback': FEEDBACK,
  'langsmith-batch': shape({}, { post: of(RUN), patch: of(RUN) }),
  'otlp-json': shape({}, twice({ resourceSpans: of(RESOURCE_SPANS) })),
}

export function shapeOf(protocol: string): Shape {
  const known = Object.hasOwn(SHAPES, protocol) ? SHAPES[protocol] : undefined
  if (known) return known
  throw new Error(`documents of the protocol ${protocol} have no shape in shared/masking/shapes.ts`)
}

/** The shape of a member, when it is the protocol's. */
export function shapeInside({ inside }: Shape, name: string, holder: unknown): Shape | null {
  return isRecord(holder) && Object.hasOwn(inside, name) ? (inside[name]?.(holder) ?? null) : null
}
