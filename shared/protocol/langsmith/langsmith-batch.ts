import { Type as t } from '@sinclair/typebox'
import { HubError } from '../../errors.ts'
import { parseToRewrite } from '../../http/parse-json.ts'
import { idKey } from '../../ids.ts'
import { Id } from '../../schema/scalars.ts'
import { isRecord } from '../clean.ts'
import { orReject, remember } from '../native/read-batch.ts'
import { fit, Unfit } from '../native/refuse.ts'
import type { Batch, Item, Protocol } from '../saying.ts'
import { traceOf } from './dotted-order.ts'
import { readRun, type Operation, type SaidRun } from './read-run.ts'

const MOST_RUNS = 20_000
const Runs = t.Array(t.Unknown())
const Envelope = t.Object({ post: t.Optional(Runs), patch: t.Optional(Runs) })
const Identified = t.Object({ id: Id })

type Entry = { operation: Operation; index: number; raw: unknown }

/** The runs of a document: those that begin, then those that go on. */
const open = remember((document) => {
  const { post = [], patch = [] } = fit(Envelope, document, ['body'])
  const entry = (operation: Operation) => (raw: unknown, index: number) => ({ operation, index, raw })
  return [...post.map(entry('post')), ...patch.map(entry('patch'))]
})

function saidOf({ operation, index, raw }: Entry): SaidRun {
  const at = ['body', operation, index]
  if (!isRecord(raw)) throw new Unfit([{ type: 'dict_type', loc: at, msg: 'Expected object' }])
  return { operation, id: fit(Identified, raw, at).id, run: raw, at }
}

function readEntry(entry: Entry, ordinal: number): Item {
  const { raw } = entry
  const digest = Bun.hash.xxHash64(JSON.stringify(raw)).toString(36)
  return readRun(saidOf(entry), {
    ordinal,
    digest,
    raw: () => raw,
    again: () => saidOf(entry),
    attachments: [],
  })
}

const idOf = (raw: unknown): string | null => {
  const id = isRecord(raw) ? raw['id'] : null
  return typeof id === 'string' ? id.slice(0, 128) : null
}

function readAll(entries: Entry[]): Batch {
  if (entries.length > MOST_RUNS) {
    throw new HubError('too_many_items', {
      detail: `The body has more than ${MOST_RUNS} runs; send them in parts`,
    })
  }
  const batch: Batch = { header: null, items: [], refused: [], received: entries.length }
  entries.forEach((entry, index) => {
    try {
      batch.items.push(readEntry(entry, index))
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      batch.refused.push({ index, id: idOf(entry.raw), code: error.code, detail: error.message })
    }
  })
  return batch
}

/** The key of the trace that a run names. */
function nameOf({ operation, raw }: Entry): string | null {
  const id = isRecord(raw) ? raw['id'] : null
  const named = isRecord(raw) && typeof id === 'string' ? traceOf(operation, id, raw) : null
  return named === null ? null : idKey(named)
}

/** The document without these runs: null stands in their places. */
function cut(body: Uint8Array, ordinals: Set<number>): Uint8Array {
  const document = parseToRewrite(body)
  if (!isRecord(document)) return body
  let ordinal = 0
  const left = ['post', 'patch'].map((name) => {
    const runs: unknown = document[name]
    return [
      name,
      Array.isArray(runs) ? runs.map((run: unknown) => (ordinals.has(ordinal++) ? null : run)) : [],
    ]
  })
  return Buffer.from(JSON.stringify(Object.fromEntries(left)))
}

/** `POST /runs/batch`: `{post, patch}`; single runs stand in the log in the same form. */
export const langsmithBatch: Protocol = {
  code: 9,
  name: 'langsmith-batch',
  read: (document) => readAll(orReject(() => open(document))),
  header: () => null,
  item(document, ordinal) {
    const entry = open(document)[ordinal]
    return (entry?.raw ?? null) === null || !entry ? null : readEntry(entry, ordinal)
  },
  names: (document) => ({ envelope: null, entries: open(document).map(nameOf) }),
  cut,
}
