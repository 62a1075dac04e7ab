import { idKey } from '../../ids.ts'
import { Unfit } from '../native/refuse.ts'
import type { Batch, Protocol } from '../saying.ts'
import { cutJson, cutProtobuf } from './cut-request.ts'
import { openJson } from './open-json.ts'
import { openProtobuf, parseProtobuf, type ProtobufRequest } from './open-protobuf.ts'
import { readItem, readItems } from './read-item.ts'
import type { Sent } from './span.ts'

/** Judges each span; one that cannot be taken is refused by name, its neighbours are kept. */
function readAll(sent: Sent): Batch {
  const batch: Batch = { header: null, items: [], refused: [], received: 0 }
  for (let ordinal = 0; ordinal < sent.count; ordinal++) {
    try {
      const items = readItems(sent, ordinal)
      batch.items.push(...items)
      batch.received += items.length
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      const { span_id } = sent.ids(ordinal)
      batch.refused.push({ index: ordinal, id: span_id, code: error.code, detail: error.message })
      batch.received++
    }
  }
  return batch
}

const remembered = <T extends object>(open: (document: T) => Sent) => {
  const opened = new WeakMap<T, Sent>()
  return (document: T): Sent => {
    let sent = opened.get(document)
    if (!sent) opened.set(document, (sent = open(document)))
    return sent
  }
}

type Kind = Pick<Protocol, 'code' | 'name' | 'cut'> & Pick<Partial<Protocol>, 'parse'>

function protocol(kind: Kind, open: (document: unknown) => Sent): Protocol {
  return {
    ...kind,
    read: (document) => readAll(open(document)),
    header: () => null,
    item: (document, ordinal) => readItem(open(document), ordinal),
    names(document) {
      const sent = open(document)
      const keys = Array.from({ length: sent.count }, (_, ordinal) => sent.ids(ordinal).trace_id)
      return { envelope: null, entries: keys.map((id) => (id === null ? null : idKey(id))) }
    },
  }
}

const json = remembered(openJson)
const protobuf = remembered(openProtobuf)

const isRequest = (document: unknown): document is ProtobufRequest =>
  typeof document === 'object' && document !== null && 'index' in document && 'bytes' in document

/** OTLP/HTTP in JSON. */
export const otlpJson: Protocol = protocol({ code: 6, name: 'otlp-json', cut: cutJson }, (document) =>
  typeof document === 'object' && document !== null ? json(document) : openJson(document),
)

/** OTLP/HTTP in protobuf; the log keeps the bytes as they came. */
export const otlpProtobuf: Protocol = protocol(
  { code: 7, name: 'otlp-protobuf', cut: cutProtobuf, parse: parseProtobuf },
  (document) => {
    if (isRequest(document)) return protobuf(document)
    throw new TypeError('not a request in protobuf')
  },
)
