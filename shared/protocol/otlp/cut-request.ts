import { parseToRewrite } from '../../http/parse-json.ts'
import { spanListsOf, type SpanList } from './open-json.ts'
import { bytesField } from './write-wire.ts'
import { field, LENGTH, Wire } from './wire.ts'

/**
 * OTLP/JSON without these spans: null stands in their place, so that no other changes its position. A resource of which
 * no span stays goes too.
 */
export function cutJson(body: Uint8Array, ordinals: Set<number>): Uint8Array {
  const document = parseToRewrite(body)
  const lists = spanListsOf(document)
  let ordinal = 0
  for (const { spans } of lists) {
    spans.forEach((_, at) => {
      if (ordinals.has(ordinal++)) spans[at] = null
    })
  }
  const isEmpty = ({ spans }: SpanList) => spans.every((span) => span === null)
  for (const [resource_spans, own] of Map.groupBy(lists, (list) => list.resource_spans)) {
    if (own.every(isEmpty)) delete resource_spans['resource']
  }
  return Buffer.from(JSON.stringify(document))
}

/** What is left of the spans under a resource: parts to write, and whether any span stays. */
type Left = { parts: Uint8Array[]; stays: boolean }

function cutScope(wire: Wire, goes: () => boolean): Left {
  const left: Left = { parts: [], stays: false }
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(2, LENGTH)) {
      const span = wire.slice()
      const kept = goes() ? new Uint8Array() : span
      left.stays ||= kept.length > 0
      left.parts.push(bytesField(2, kept))
    } else if (key === field(1, LENGTH)) left.parts.push(bytesField(1, wire.slice()))
    else wire.skip(key)
  }
  return left
}

function cutResource(wire: Wire, goes: () => boolean): Uint8Array {
  const parts: Uint8Array[] = []
  let resource: Uint8Array | null = null
  let stays = false
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(1, LENGTH)) resource = wire.slice()
    else if (key === field(2, LENGTH)) {
      const left = cutScope(wire.inner(), goes)
      stays ||= left.stays
      parts.push(bytesField(2, Buffer.concat(left.parts)))
    } else wire.skip(key)
  }
  return Buffer.concat([...(resource && stays ? [bytesField(1, resource)] : []), ...parts])
}

/** A request in protobuf without these spans: an empty message stands in their place. */
export function cutProtobuf(body: Uint8Array, ordinals: Set<number>): Uint8Array {
  const wire = new Wire(body)
  const parts: Uint8Array[] = []
  let ordinal = 0
  const goes = () => ordinals.has(ordinal++)
  for (let key = wire.next(); key !== 0; key = wire.next()) {
    if (key === field(1, LENGTH)) parts.push(bytesField(1, cutResource(wire.inner(), goes)))
    else wire.skip(key)
  }
  return Buffer.concat(parts)
}
