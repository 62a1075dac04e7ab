import { Type as t, type TSchema } from '@sinclair/typebox'
import { HubError } from '../../errors.ts'
import { idKey } from '../../ids.ts'
import { isRecord } from '../clean.ts'
import type { Batch, Header, Item, Refusal } from '../saying.ts'
import { Unfit } from './refuse.ts'

/** An envelope's members beside its items, whose array is judged entry by entry. */
export const envelope = (array: string, members: Record<string, TSchema>, required: boolean) => {
  const items = t.Array(t.Unknown())
  return t.Object({
    ...members,
    [array]: required ? items : t.Optional(items),
    allow_missing_parent: t.Optional(t.Boolean()),
  })
}

/** An invalid envelope is the whole request's fault: 422, nothing stored. */
export function orReject<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Unfit) throw new HubError('validation_error', { issues: error.issues })
    throw error
  }
}

const idOf = (raw: unknown): string | null => {
  if (!isRecord(raw)) return null
  const id = raw['span_id'] ?? raw['node_id'] ?? raw['idempotency_key']
  return typeof id === 'string' ? id.slice(0, 128) : null
}

function refusal(raw: unknown, index: number, error: unknown): Refusal {
  if (error instanceof Unfit) return { index, id: idOf(raw), code: error.code, detail: error.message }
  throw error
}

/** Reads each entry; one that cannot be taken is refused by name, its neighbours are kept. */
export function readItems(
  header: Header | null,
  entries: unknown[],
  most: number,
  read: (raw: unknown, ordinal: number) => Item,
): Batch {
  if (entries.length > most) {
    throw new HubError('too_many_items', {
      detail: `The array has more than ${most} items; send them in parts`,
    })
  }
  const batch: Batch = { header, items: [], refused: [], received: entries.length }
  entries.forEach((raw, index) => {
    try {
      batch.items.push(read(raw, index))
    } catch (error) {
      batch.refused.push(refusal(raw, index, error))
    }
  })
  return batch
}

/** The trace that an entry names, whether or not the rest of it could be read. */
export function namedBy(raw: unknown): string | null {
  const id = isRecord(raw) ? raw['trace_id'] : undefined
  return typeof id === 'string' ? idKey(id) : null
}

/** Whether an entry is there: erasure leaves null in its place. */
export const stands = (entries: unknown[], ordinal: number): boolean => (entries[ordinal] ?? null) !== null

/** Opens each stored document once, however many of its items are read. */
export function remember<T extends object>(open: (document: unknown) => T): (document: unknown) => T {
  const opened = new WeakMap<object, T>()
  return (document) => {
    if (!isRecord(document)) return open(document)
    let result = opened.get(document)
    if (!result) opened.set(document, (result = open(document)))
    return result
  }
}
