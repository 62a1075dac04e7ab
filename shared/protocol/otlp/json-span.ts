import { isRecord } from '../clean.ts'
import { needId, needTimes, parentId, unfit, valueBudget, type Budget } from './judge-span.ts'
import {
  noAttributes,
  type Attributes,
  type OtlpEvent,
  type OtlpLink,
  type OtlpSpan,
  type Origin,
} from './span.ts'

type Json = Record<string, unknown>

/** OTLP/JSON writes names in camel case; some exporters write them as the .proto files do. */
export const member = (record: Json, camel: string, snake: string): unknown => record[camel] ?? record[snake]

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Exporters write integers as numbers, proto3 JSON as text; what a double cannot hold stays text. */
function integer(value: unknown): unknown {
  if (typeof value === 'number') return value
  const text = textOf(value)
  if (!/^-?\d{1,20}$/.test(text)) return null
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}

function double(value: unknown): unknown {
  if (typeof value === 'number') return value
  const text = textOf(value)
  const number = Number(text)
  return text !== '' && Number.isFinite(number) ? number : text || null
}

type Reader = (value: unknown, budget: Budget, depth: number) => unknown

const asText: Reader = (value) => (typeof value === 'string' ? value : null)
const asList: Reader = (value, budget, depth) =>
  listOf(isRecord(value) ? value['values'] : value).map((each) => {
    budget.spend()
    return readValue(each, budget, depth + 1)
  })
const asMap: Reader = (value, budget, depth) =>
  readPairs(isRecord(value) ? value['values'] : value, budget, depth + 1)

const READERS: Record<string, Reader> = {
  stringValue: asText,
  string_value: asText,
  intValue: integer,
  int_value: integer,
  doubleValue: double,
  double_value: double,
  boolValue: (value) => value === true,
  bool_value: (value) => value === true,
  arrayValue: asList,
  array_value: asList,
  kvlistValue: asMap,
  kvlist_value: asMap,
  bytesValue: asText,
  bytes_value: asText,
}

function readValue(value: unknown, budget: Budget, depth: number): unknown {
  budget.level(depth)
  if (!isRecord(value)) return null
  for (const name in value) {
    const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined
    if (read) return read(value[name], budget, depth)
  }
  return null
}

function readPairs(pairs: unknown, budget: Budget, depth: number): Attributes {
  const read = noAttributes()
  for (const pair of listOf(pairs)) {
    budget.spend()
    if (!isRecord(pair)) continue
    read[textOf(pair['key'])] = readValue(pair['value'], budget, depth)
  }
  return read
}

/** Ids are hex in OTLP/JSON, whatever their case; old clients write the base64 of proto3 JSON. */
function hexOf(value: unknown, bytes: number): string {
  const text = textOf(value)
  if (text.length === bytes * 2) return text.toLowerCase()
  const decoded = Buffer.from(text, 'base64')
  return decoded.length === bytes && /^[A-Za-z0-9+/]+=*$/.test(text)
    ? decoded.toString('hex')
    : text.toLowerCase()
}

/** Nanoseconds, as text or as a number that has lost its last digits already. */
function micros(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.floor(value / 1000) : Number.NaN
  if (value === undefined || value === null || value === '') return null
  const text = textOf(value)
  return /^\d{1,20}$/.test(text) ? Number(text.slice(0, -3)) : Number.NaN
}

function readEvent(said: unknown, budget: Budget): OtlpEvent {
  budget.spend()
  if (!isRecord(said)) return { name: '', at: null, attributes: noAttributes() }
  const at = micros(member(said, 'timeUnixNano', 'time_unix_nano'))
  return {
    name: textOf(said['name']),
    at: Number.isNaN(at) ? null : at,
    attributes: readPairs(said['attributes'], budget, 0),
  }
}

function readLink(said: unknown, budget: Budget): OtlpLink {
  budget.spend()
  const link = isRecord(said) ? said : {}
  return {
    trace_id: hexOf(member(link, 'traceId', 'trace_id'), 16),
    span_id: hexOf(member(link, 'spanId', 'span_id'), 8),
    attributes: readPairs(link['attributes'], budget, 0),
  }
}

const CODES: Record<string, number> = { STATUS_CODE_UNSET: 0, STATUS_CODE_OK: 1, STATUS_CODE_ERROR: 2 }

function statusOf(said: unknown) {
  const status = isRecord(said) ? said : {}
  const code = status['code']
  const known = typeof code === 'string' && Object.hasOwn(CODES, code) ? CODES[code] : code
  return { status_code: typeof known === 'number' ? known : 0, status_message: textOf(status['message']) }
}

export function readJsonIds(said: unknown): { trace_id: string | null; span_id: string | null } {
  if (!isRecord(said)) return { trace_id: null, span_id: null }
  return {
    trace_id: hexOf(member(said, 'traceId', 'trace_id'), 16) || null,
    span_id: hexOf(member(said, 'spanId', 'span_id'), 8) || null,
  }
}

/** Reads one entry of `spans` of OTLP/JSON. */
export function readJsonSpan(said: unknown, ordinal: number, origin: Origin): OtlpSpan {
  if (!isRecord(said)) throw unfit(ordinal, 'span', 'Expected an object', 'type')
  const { trace_id, span_id } = readJsonIds(said)
  const budget = valueBudget(ordinal)
  const kind = said['kind']
  return {
    ...origin,
    trace_id: needId(ordinal, 'traceId', trace_id ?? ''),
    span_id: needId(ordinal, 'spanId', span_id ?? ''),
    parent_span_id: parentId(ordinal, hexOf(member(said, 'parentSpanId', 'parent_span_id'), 8)),
    name: textOf(said['name']),
    kind: typeof kind === 'number' ? kind : 0,
    ...needTimes(
      ordinal,
      micros(member(said, 'startTimeUnixNano', 'start_time_unix_nano')),
      micros(member(said, 'endTimeUnixNano', 'end_time_unix_nano')),
    ),
    attributes: readPairs(said['attributes'], budget, 0),
    events: listOf(said['events']).map((event) => readEvent(event, budget)),
    links: listOf(said['links']).map((link) => readLink(link, budget)),
    ...statusOf(said['status']),
  }
}

/** The attributes of a `resource`, and name and version of a `scope`. */
export function readJsonOrigin(resource: unknown, scope: unknown): Origin {
  const library = isRecord(scope) ? scope : {}
  return {
    resource: readPairs(isRecord(resource) ? resource['attributes'] : undefined, valueBudget(0), 0),
    scope: { name: textOf(library['name']), version: textOf(library['version']) },
  }
}
