import { isRecord } from '../protocol/clean.ts'
import { DECISION, LANGGRAPH_NODE } from '../schema/span-types.ts'
import { statusCode } from '../schema/status.ts'
import { settle, type Tally } from './tally.ts'

type Json = Record<string, unknown>

export const objectOr = (value: unknown): Json => (isRecord(value) ? value : {})
export const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** A copy without what is null: the MVP's row has every column, a client says what there is. */
export const saidOnly = (row: Json): Json =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined))

/** Attributes are an object; what else the column may hold is kept under a name. */
function attributesOf(value: unknown): Json {
  if (value === null || value === undefined) return {}
  return isRecord(value) ? value : { mvp_attributes: value }
}

/** A status was free text: one that the hub does not know stays readable, and the end and the error decide instead. */
function statusOf(status: unknown): { status?: string; mvp_status?: string } {
  const text = textOr(status)
  if (text === null) return {}
  return statusCode(text) === null ? { mvp_status: text } : { status: text }
}

const nameOf = ({ trace_name, graph_name }: Json): Json =>
  textOr(trace_name) === null && textOr(graph_name) ? { name: textOr(graph_name) } : {}

/** A row of `traces` as a client would say it. */
export function settleTrace(row: Json, tally: Tally): Json {
  const { status: said, ...rest } = row
  const { status, mvp_status } = statusOf(said)
  if (mvp_status !== undefined)
    settle(tally, 'traces with a status that is none: kept in attributes.mvp_status')
  const attributes = attributesOf(row['attributes'])
  return saidOnly({
    ...rest,
    status,
    ...nameOf(attributes),
    attributes: mvp_status === undefined ? attributes : { ...attributes, mvp_status },
  })
}

const isEmpty = (value: unknown): boolean => !isRecord(value) || Object.keys(value).length === 0

/** What a LangGraph node was given and returned stood in its attributes, and its edge only in the parent of its span. */
function asNode(attributes: Json, parent_node: unknown): { attributes: Json; more: Json } {
  const { input_state, output_state } = attributes
  const parent = textOr(parent_node)
  const has_parent = 'parent_node_id' in attributes || 'parent_node_ids' in attributes || parent === null
  return {
    attributes: has_parent ? attributes : { ...attributes, parent_node_id: parent },
    more: {
      ...(isEmpty(input_state) ? {} : { input: input_state }),
      ...(isEmpty(output_state) ? {} : { output: output_state }),
    },
  }
}

/** The MVP's judge span is the span of its decision. */
const kindOf = (is_decision: boolean): Json => (is_decision ? { name: 'Decision', span_type: DECISION } : {})

/** A row of `spans` as a client would say it; its key is of the hub's own, so that a changed row is a further saying. */
export function settleSpan({ item, parent_node, is_decision }: Json, tally: Tally): Json {
  const row = objectOr(item)
  const { status: said, ...rest } = row
  const { status, mvp_status } = statusOf(said)
  if (mvp_status !== undefined)
    settle(tally, 'spans with a status that is none: kept in attributes.mvp_status')
  const given = attributesOf(row['attributes'])
  const named = mvp_status === undefined ? given : { ...given, mvp_status }
  const { attributes, more } =
    row['span_type'] === LANGGRAPH_NODE ? asNode(named, parent_node) : { attributes: named, more: {} }
  const span = saidOnly({ ...rest, status, attributes, ...more, ...kindOf(is_decision === true) })
  const digest = Bun.hash.xxHash64(JSON.stringify(span)).toString(16).padStart(16, '0')
  return { ...span, idempotency_key: `mvp:${String(row['span_id'])}:${digest}` }
}

const PRINTABLE = /^[^\p{Cc}\p{Cs}]{1,255}$/u

/** The client's own key where it can be one, so that what it sends again is told to be a repeat. */
export const keyOr = (key: unknown, id: string): string =>
  typeof key === 'string' && PRINTABLE.test(key) ? key : `mvp:${id}`

/** An AMENDMENT of the MVP changed attributes and status, whatever else stood in its patch. */
function settlePatch(payload: Json): Json {
  const patch = objectOr(payload['patch'])
  const { status, mvp_status } = statusOf(patch['status'])
  const attributes = isRecord(patch['attributes']) ? { attributes: patch['attributes'] } : {}
  const kept = { ...attributes, ...(status === undefined ? {} : { status }) }
  const is_whole =
    isRecord(payload['patch']) &&
    mvp_status === undefined &&
    Object.keys(kept).length === Object.keys(patch).length
  return { ...payload, patch: kept, ...(is_whole ? {} : { mvp_patch: payload['patch'] ?? null }) }
}

function settlePayload(type: unknown, given: unknown, parent_node: unknown, tally: Tally): Json {
  const payload =
    given === null || given === undefined ? {} : isRecord(given) ? given : { mvp_payload: given }
  if (type === 'AMENDMENT') {
    const settled = settlePatch(payload)
    if ('mvp_patch' in settled)
      settle(tally, 'amendments of more than attributes and status: the rest kept as mvp_patch')
    return settled
  }
  if (type !== 'SPAN_STARTED' && type !== 'SPAN_ENDED') return payload
  const { status: said, ...rest } = payload
  const { status, mvp_status } = statusOf(said)
  if (mvp_status !== undefined) settle(tally, 'events with a status that is none: kept as mvp_status')
  const settled = saidOnly({ ...rest, status, mvp_status })
  if (payload['span_type'] !== LANGGRAPH_NODE || !isRecord(payload['attributes'])) return settled
  const { attributes, more } = asNode(payload['attributes'], parent_node)
  return { ...more, ...settled, attributes }
}

/** A row of `span_events` as a client would say it. */
export function settleEvent(row: Json, id: string, parent_node: unknown, tally: Tally): Json {
  const payload = settlePayload(row['event_type'], row['payload'], parent_node, tally)
  return saidOnly({ ...row, payload, idempotency_key: keyOr(row['idempotency_key'], id) })
}
