import { HubError } from '../../errors.ts'
import {
  readProtobufIds,
  readProtobufResource,
  readProtobufScope,
  readProtobufSpan,
} from './protobuf-span.ts'
import { noAttributes, type Origin, type Sent } from './span.ts'
import { BadWire, field, LENGTH, Wire } from './wire.ts'

/** Of one request; collectors send 8,192 by default. */
export const MOST_SPANS = 20_000
const MOST_GROUPS = 20_000

type Group = { resource: Uint8Array | null; scope: Uint8Array | null; origin: Origin | null }
/** Where the spans of a request lie in its bytes. */
type Index = { spans: Uint8Array[]; group_of: number[]; groups: Group[] }

/** A request in protobuf: its bytes, and where its spans lie in them. */
export type ProtobufRequest = { bytes: Uint8Array; index: Index }

function readScopeSpans(wire: Wire, resource: Uint8Array | null, index: Index): void {
  const group: Group = { resource, scope: null, origin: null }
  const number = index.groups.push(group) - 1
  if (number >= MOST_GROUPS) throw new HubError('too_many_items')
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(1, LENGTH)) group.scope = wire.slice()
    else if (key === field(2, LENGTH)) {
      index.spans.push(wire.slice())
      index.group_of.push(number)
      if (index.spans.length > MOST_SPANS) throw new HubError('too_many_items')
    } else wire.skip(key)
  }
}

/** The resource may stand behind the spans it is of. */
function readResourceSpans(wire: Wire, index: Index): void {
  const first = index.groups.length
  let resource: Uint8Array | null = null
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(1, LENGTH)) resource = wire.slice()
    else if (key === field(2, LENGTH)) readScopeSpans(wire.inner(), resource, index)
    else wire.skip(key)
  }
  for (const group of index.groups.slice(first)) group.resource = resource
}

/** Finds the spans of an `ExportTraceServiceRequest`; a body that is none is refused whole. */
export function parseProtobuf(bytes: Uint8Array): ProtobufRequest {
  const index: Index = { spans: [], group_of: [], groups: [] }
  const wire = new Wire(bytes)
  try {
    for (let key = wire.next(); key !== 0; key = wire.next()) {
      if (key === field(1, LENGTH)) readResourceSpans(wire.inner(), index)
      else wire.skip(key)
    }
  } catch (cause) {
    if (cause instanceof BadWire) throw new HubError('malformed_protobuf', { cause })
    throw cause
  }
  return { bytes, index }
}

/** Reads the origin of a group once, however many spans it has. */
function originOf(group: Group | undefined, known: Map<Uint8Array, Origin['resource']>): Origin {
  if (!group) return { resource: noAttributes(), scope: { name: '', version: '' } }
  if (group.origin) return group.origin
  let resource = group.resource ? known.get(group.resource) : noAttributes()
  if (!resource && group.resource) {
    resource = readProtobufResource(group.resource)
    known.set(group.resource, resource)
  }
  group.origin = {
    resource: resource ?? noAttributes(),
    scope: group.scope ? readProtobufScope(group.scope) : { name: '', version: '' },
  }
  return group.origin
}

const NOTHING = new Uint8Array()

/** The spans of a request in protobuf. */
export function openProtobuf({ index }: ProtobufRequest): Sent {
  const { spans, group_of, groups } = index
  const known = new Map<Uint8Array, Origin['resource']>()
  const bytesAt = (ordinal: number) => spans[ordinal] ?? NOTHING
  const originAt = (ordinal: number) => originOf(groups[group_of[ordinal] ?? -1], known)
  return {
    count: spans.length,
    stands: (ordinal) => bytesAt(ordinal).length > 0,
    span: (ordinal) => readProtobufSpan(bytesAt(ordinal), ordinal, originAt(ordinal)),
    origin: originAt,
    raw: bytesAt,
    digest: (ordinal) => Bun.hash.xxHash64(bytesAt(ordinal)).toString(36),
    ids: (ordinal) => readProtobufIds(bytesAt(ordinal)),
  }
}
