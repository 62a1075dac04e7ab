import { Unfit } from '../native/refuse.ts'
import { needId, needTimes, parentId, unfit, valueBudget, type Budget } from './judge-span.ts'
import {
  noAttributes,
  type Attributes,
  type OtlpEvent,
  type OtlpLink,
  type OtlpSpan,
  type Origin,
} from './span.ts'
import { BadWire, field, FIXED64, LENGTH, VARINT, Wire } from './wire.ts'

function readList(wire: Wire, budget: Budget, depth: number): unknown[] {
  const list: unknown[] = []
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(1, LENGTH)) {
      budget.spend()
      list.push(readValue(wire.inner(), budget, depth + 1))
    } else wire.skip(key)
  }
  return list
}

function readMap(wire: Wire, budget: Budget, depth: number): Attributes {
  const map = noAttributes()
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(1, LENGTH)) readPair(wire.inner(), map, budget, depth + 1)
    else wire.skip(key)
  }
  return map
}

/** JSON has no NaN and no infinities: they are told by name, as OTLP/JSON tells them. */
const finite = (value: number): number | string => (Number.isFinite(value) ? value : String(value))

function readValue(wire: Wire, budget: Budget, depth: number): unknown {
  budget.level(depth)
  let value: unknown = null
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(1, LENGTH)) value = wire.text()
    else if (key === field(2, VARINT)) value = wire.number() !== 0
    else if (key === field(3, VARINT)) value = wire.int64()
    else if (key === field(4, FIXED64)) value = finite(wire.double())
    else if (key === field(5, LENGTH)) value = readList(wire.inner(), budget, depth)
    else if (key === field(6, LENGTH)) value = readMap(wire.inner(), budget, depth)
    else if (key === field(7, LENGTH)) value = Buffer.from(wire.slice()).toString('base64')
    else wire.skip(key)
  }
  return value
}

function readPair(wire: Wire, into: Attributes, budget: Budget, depth: number): void {
  let name = ''
  let value: unknown = null
  budget.spend()
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(1, LENGTH)) name = wire.text()
    else if (key === field(2, LENGTH)) value = readValue(wire.inner(), budget, depth)
    else wire.skip(key)
  }
  into[name] = value
}

function readEvent(wire: Wire, budget: Budget): OtlpEvent {
  const event: OtlpEvent = { name: '', at: null, attributes: noAttributes() }
  budget.spend()
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(1, FIXED64)) event.at = wire.micros()
    else if (key === field(2, LENGTH)) event.name = wire.text()
    else if (key === field(3, LENGTH)) readPair(wire.inner(), event.attributes, budget, 0)
    else wire.skip(key)
  }
  return event
}

function readLink(wire: Wire, budget: Budget): OtlpLink {
  const link: OtlpLink = { trace_id: '', span_id: '', attributes: noAttributes() }
  budget.spend()
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(1, LENGTH)) link.trace_id = wire.hex()
    else if (key === field(2, LENGTH)) link.span_id = wire.hex()
    else if (key === field(4, LENGTH)) readPair(wire.inner(), link.attributes, budget, 0)
    else wire.skip(key)
  }
  return link
}

function readStatus(wire: Wire, span: OtlpSpan): void {
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(2, LENGTH)) span.status_message = wire.text()
    else if (key === field(3, VARINT)) span.status_code = wire.number()
    else wire.skip(key)
  }
}

type Times = { start: number | null; end: number | null; parent: string }

const START = field(7, FIXED64)
const END = field(8, FIXED64)

function readField(wire: Wire, key: number, span: OtlpSpan, times: Times, budget: Budget): void {
  if (key === field(9, LENGTH)) readPair(wire.inner(), span.attributes, budget, 0)
  else if (key === field(1, LENGTH)) span.trace_id = wire.hex()
  else if (key === field(2, LENGTH)) span.span_id = wire.hex()
  else if (key === field(4, LENGTH)) times.parent = wire.hex()
  else if (key === field(5, LENGTH)) span.name = wire.text()
  else if (key === field(6, VARINT)) span.kind = wire.number()
  else if (key === START) times.start = wire.micros()
  else if (key === END) times.end = wire.micros()
  else if (key === field(11, LENGTH)) span.events.push(readEvent(wire.inner(), budget))
  else if (key === field(13, LENGTH)) span.links.push(readLink(wire.inner(), budget))
  else if (key === field(15, LENGTH)) readStatus(wire.inner(), span)
  else wire.skip(key)
}

/** Reads the bytes of one `Span`; fields that nobody here knows are passed over. */
export function readProtobufSpan(bytes: Uint8Array, ordinal: number, origin: Origin): OtlpSpan {
  const span: OtlpSpan = {
    ...{ ...origin, trace_id: '', span_id: '', parent_span_id: null, name: '', kind: 0, start_time: 0 },
    ...{
      end_time: null,
      attributes: noAttributes(),
      events: [],
      links: [],
      status_code: 0,
      status_message: '',
    },
  }
  const times: Times = { start: null, end: null, parent: '' }
  const budget = valueBudget(ordinal)
  const wire = new Wire(bytes)
  try {
    for (let key = wire.next(); key !== 0; key = wire.next()) readField(wire, key, span, times, budget)
  } catch (error) {
    if (error instanceof Unfit) throw error
    if (error instanceof BadWire) throw unfit(ordinal, 'span', `Not a protobuf span: ${error.message}`)
    throw error
  }
  needId(ordinal, 'traceId', span.trace_id)
  needId(ordinal, 'spanId', span.span_id)
  span.parent_span_id = parentId(ordinal, times.parent)
  return Object.assign(span, needTimes(ordinal, times.start, times.end))
}

/** The ids of a span whose other bytes may be anything. */
export function readProtobufIds(bytes: Uint8Array): { trace_id: string | null; span_id: string | null } {
  const ids: { trace_id: string | null; span_id: string | null } = { trace_id: null, span_id: null }
  const wire = new Wire(bytes)
  try {
    for (let key = wire.next(); key !== 0; key = wire.next()) {
      if (key === field(1, LENGTH)) ids.trace_id = wire.hex()
      else if (key === field(2, LENGTH)) ids.span_id = wire.hex()
      else wire.skip(key)
    }
  } catch (error) {
    if (!(error instanceof BadWire)) throw error
  }
  return ids
}

const tolerant = (read: () => Attributes): Attributes => {
  try {
    return read()
  } catch (error) {
    if (error instanceof BadWire || error instanceof Unfit) return noAttributes()
    throw error
  }
}

/** The attributes of a `Resource`; one that cannot be read has none. */
export const readProtobufResource = (bytes: Uint8Array): Attributes =>
  tolerant(() => readMap(new Wire(bytes), valueBudget(0), 0))

/** Name and version of an `InstrumentationScope`. */
export function readProtobufScope(bytes: Uint8Array): Origin['scope'] {
  const scope = { name: '', version: '' }
  const wire = new Wire(bytes)
  try {
    for (let key = wire.next(); key !== 0; key = wire.next()) {
      if (key === field(1, LENGTH)) scope.name = wire.text()
      else if (key === field(2, LENGTH)) scope.version = wire.text()
      else wire.skip(key)
    }
  } catch (error) {
    if (!(error instanceof BadWire)) throw error
  }
  return scope
}
