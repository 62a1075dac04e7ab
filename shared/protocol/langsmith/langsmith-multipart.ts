import { isUtf8 } from 'node:buffer'
import { HubError } from '../../errors.ts'
import { parseJson } from '../../http/parse-json.ts'
import { idKey } from '../../ids.ts'
import { isRecord } from '../clean.ts'
import { judgeAttachments } from '../judge-attachments.ts'
import { refOf } from '../native/read-span.ts'
import { fit, Unfit } from '../native/refuse.ts'
import { Id } from '../../schema/scalars.ts'
import type { Attachment, Batch, IdRef, Item, Protocol, Refusal } from '../saying.ts'
import { traceOf } from './dotted-order.ts'
import { entriesOf, type Entry, type RunEntry } from './entries.ts'
import { bytesOf, parseMultipart, writeMultipart, type Multipart, type Part } from './multipart.ts'
import { readFeedback } from './read-feedback.ts'
import { readRun, type SaidRun } from './read-run.ts'

type Sent = { body: Multipart; entries: Entry[]; traces: Map<string, string> | null }
type Read = { item: Item; refused: Refusal[] }

const opened = new WeakMap<Multipart, Sent>()

const isMultipart = (document: unknown): document is Multipart =>
  isRecord(document) && Array.isArray(document['parts']) && document['raw'] instanceof Uint8Array

function open(document: unknown): Sent {
  if (!isMultipart(document)) throw new TypeError('not a multipart body')
  let sent = opened.get(document)
  if (!sent) opened.set(document, (sent = { body: document, entries: entriesOf(document), traces: null }))
  return sent
}

const refusal = (name: string, msg: string) =>
  new Unfit([{ type: 'value_error', loc: [name.slice(0, 300)], msg }])

/** What a part says in JSON; what is wrong with it is its item's fault alone. */
function jsonOf(body: Multipart, part: Part): unknown {
  const bytes = bytesOf(body, part)
  if (!isUtf8(bytes)) throw refusal(part.name, 'It is not valid UTF-8')
  try {
    return parseJson(bytes)
  } catch (error) {
    if (error instanceof HubError) throw refusal(part.name, error.message.replace('The body', 'It'))
    throw error
  }
}

function saidOf(body: Multipart, { kind, id, main, fields }: RunEntry): SaidRun {
  fit(Id, id, [main.name.slice(0, 300)])
  const run = jsonOf(body, main)
  if (!isRecord(run)) throw refusal(main.name, 'Expected an object')
  const whole = { ...run }
  for (const [field, part] of fields) whole[field] = jsonOf(body, part)
  return { operation: kind, id, run: whole, at: [main.name] }
}

/** The bytes of a run's parts by their names, whatever their order was. */
function rawOf(body: Multipart, parts: Part[]): (readonly [string, Buffer])[] {
  const named = parts.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.offset - b.offset))
  return named.map((part) => [part.name, bytesOf(body, part)] as const)
}

/** A digest of the bytes, and the bytes for who asks: most are never asked for, and views of them are not small. */
function told(body: Multipart, parts: Part[]) {
  let hash = 0n
  for (const [name, bytes] of rawOf(body, parts))
    hash = Bun.hash.xxHash64(bytes, Bun.hash.xxHash64(name, hash))
  return { digest: hash.toString(36), raw: () => rawOf(body, parts) }
}

function readRunAt(body: Multipart, ordinal: number, entry: RunEntry): Read {
  const { main, fields, files, id } = entry
  const sent: Attachment[] = files.map(({ name, part: { content_type, offset, length } }) => ({
    ...{ name, content_type, offset, length },
  }))
  const { attachments, refused } = judgeAttachments(sent, ordinal, id)
  const parts = [main, ...fields.values(), ...files.map(({ part }) => part)]
  const standing = { ordinal, attachments, again: () => saidOf(body, entry), ...told(body, parts) }
  return { item: readRun(saidOf(body, entry), standing), refused }
}

/** The traces of the runs that a body tells of, read when somebody asks. */
function tracesIn(sent: Sent): Map<string, string> {
  if (sent.traces) return sent.traces
  sent.traces = new Map()
  for (const entry of sent.entries) {
    const key = entry.kind === 'post' || entry.kind === 'patch' ? traceAt(sent.body, entry) : null
    if (key !== null && 'id' in entry) sent.traces.set(idKey(entry.id), key)
  }
  return sent.traces
}

/** Feedback may name its run alone, where the run is in the same body. */
function traceOfFeedback(sent: Sent, said: unknown): IdRef | undefined {
  const run_id = isRecord(said) && !said['trace_id'] ? said['run_id'] : undefined
  const key = typeof run_id === 'string' ? tracesIn(sent).get(idKey(run_id)) : undefined
  return key === undefined ? undefined : refOf(key)
}

function readAt(sent: Sent, ordinal: number): Read | null {
  const { body, entries } = sent
  const entry = entries[ordinal]
  if (!entry || entry.kind === 'gone' || entry.kind === 'belongs') return null
  if (entry.kind === 'unknown') throw refusal(entry.name, entry.msg)
  if (entry.kind !== 'feedback') return readRunAt(body, ordinal, entry)
  const said = jsonOf(body, entry.main)
  const standing = { ordinal, ...told(body, [entry.main]) }
  const item = readFeedback(said, [entry.main.name], standing, traceOfFeedback(sent, said))
  if (item.trace.key === '') throw refusal(entry.main.name, 'Expected a trace_id')
  return { item, refused: [] }
}

const idOf = (entry: Entry | undefined): string | null =>
  entry && 'id' in entry ? entry.id.slice(0, 128) : null

function readAll(sent: Sent): Batch {
  const batch: Batch = { header: null, items: [], refused: [], received: 0 }
  sent.entries.forEach((entry, index) => {
    try {
      const read = readAt(sent, index)
      if (!read) return
      batch.items.push(read.item)
      batch.refused.push(...read.refused)
      batch.received += 1 + read.refused.length
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      batch.refused.push({ index, id: idOf(entry), code: error.code, detail: error.message })
      batch.received++
    }
  })
  return batch
}

/** The key of the trace that a run's main part names. */
function traceAt(body: Multipart, { id, main, kind }: RunEntry): string | null {
  try {
    const run = jsonOf(body, main)
    const named = isRecord(run) ? traceOf(kind, id, run) : null
    return named === null ? null : idKey(named)
  } catch (error) {
    if (error instanceof Unfit) return null
    throw error
  }
}

function nameOf(sent: Sent, entry: Entry): string | null {
  if (entry.kind === 'post' || entry.kind === 'patch') return traceAt(sent.body, entry)
  if (entry.kind !== 'feedback') return null
  try {
    const said = jsonOf(sent.body, entry.main)
    const id = isRecord(said) ? said['trace_id'] : undefined
    return typeof id === 'string' ? idKey(id) : (traceOfFeedback(sent, said)?.key ?? null)
  } catch (error) {
    if (error instanceof Unfit) return null
    throw error
  }
}

/** Whom each part speaks of; parts that belong to another speak of its trace. */
function namesIn(sent: Sent): (string | null)[] {
  const own = sent.entries.map((entry) => nameOf(sent, entry))
  return sent.entries.map((entry, at) =>
    entry.kind === 'belongs' ? (own[entry.of] ?? null) : (own[at] ?? null),
  )
}

/** `POST /runs/multipart`; the log keeps the bytes as they came, and its first line is the boundary. */
export const langsmithMultipart: Protocol = {
  code: 8,
  name: 'langsmith-multipart',
  parse: parseMultipart,
  read: (document) => readAll(open(document)),
  header: () => null,
  item: (document, ordinal) => readAt(open(document), ordinal)?.item ?? null,
  names: (document) => ({ envelope: null, entries: namesIn(open(document)) }),
  cut(bytes, ordinals) {
    const { body, entries } = open(parseMultipart(bytes))
    const left = body.parts.map((part, at) => {
      const entry = entries[at]
      const goes = ordinals.has(at) || (entry?.kind === 'belongs' && ordinals.has(entry.of))
      return goes ? null : { ...part, bytes: bytesOf(body, part) }
    })
    return writeMultipart(body, left)
  },
  bytes: (document, attachment) => bytesOf(open(document).body, attachment),
}
