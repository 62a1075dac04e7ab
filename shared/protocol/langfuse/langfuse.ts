import { Type as t } from '@sinclair/typebox'
import { HubError } from '../../errors.ts'
import { idKey } from '../../ids.ts'
import { cutEntries } from '../cut-entries.ts'
import { orReject, remember, stands } from '../native/read-batch.ts'
import { fit, Unfit } from '../native/refuse.ts'
import type { Batch, Item, Protocol } from '../saying.ts'
import { idOf, isClientLog, readEntry, traceIdOf, type Entry } from './entry.ts'
import { readObservation } from './read-observation.ts'
import { readScore } from './read-score.ts'
import { readTrace } from './read-trace.ts'

const MOST_ENTRIES = 5000
const Envelope = t.Object({ batch: t.Array(t.Unknown()) })

const OBSERVATIONS = [
  ...['observation', 'span', 'generation', 'event', 'agent', 'tool', 'chain', 'retriever', 'evaluator'],
  ...['embedding', 'guardrail'],
]

/** What each type of entry is read by. */
const READERS = new Map<string, (entry: Entry) => Item>([
  ['trace-create', readTrace],
  ['score-create', readScore],
  ...OBSERVATIONS.flatMap((kind): [string, (entry: Entry) => Item][] => [
    [`${kind}-create`, (entry) => readObservation(entry, { kind, is_update: false })],
    [`${kind}-update`, (entry) => readObservation(entry, { kind, is_update: true })],
  ]),
])

function readItem(raw: unknown, ordinal: number): Item {
  const entry = readEntry(raw, ordinal)
  const read = READERS.get(entry.type)
  if (read) return read(entry)
  throw new Unfit([
    { type: 'enum', loc: [...entry.at, 'type'], msg: 'Not a type of entry that the hub knows' },
  ])
}

/** The entries of a document; throws an Unfit when it is none. */
export const entriesOf = remember((document) => fit(Envelope, document, ['body']).batch)

/** A client's log was no item; what is left in its place is none either. */
const blank = (entry: string): string => (isClientLog(JSON.parse(entry)) ? '{"type":"sdk-log"}' : 'null')

/** `POST /api/public/ingestion`: `{batch}`, entries in any order. What a client logs of itself is no item. */
export const langfuse: Protocol = {
  code: 10,
  name: 'langfuse',
  read(document) {
    const entries = orReject(() => entriesOf(document))
    if (entries.length > MOST_ENTRIES) {
      throw new HubError('too_many_items', {
        detail: `batch has more than ${MOST_ENTRIES} entries; send them in parts`,
      })
    }
    const batch: Batch = { header: null, items: [], refused: [], received: 0 }
    entries.forEach((raw, index) => {
      if (isClientLog(raw)) return
      batch.received++
      try {
        batch.items.push(readItem(raw, index))
      } catch (error) {
        if (!(error instanceof Unfit)) throw error
        batch.refused.push({ index, id: idOf(raw), code: error.code, detail: error.message })
      }
    })
    return batch
  },
  header: () => null,
  item(document, ordinal) {
    const entries = entriesOf(document)
    return stands(entries, ordinal) ? readItem(entries[ordinal], ordinal) : null
  },
  names(document) {
    const ids = entriesOf(document).map((raw) => (isClientLog(raw) ? null : traceIdOf(raw)))
    return { envelope: null, entries: ids.map((id) => (id === null ? null : idKey(id))) }
  },
  cut: (body, ordinals) => cutEntries(body, 'batch', ordinals, [], blank),
}
