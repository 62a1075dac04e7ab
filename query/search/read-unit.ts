import type postgres from 'postgres'
import { HubError } from '#shared/errors.ts'
import { Unfit } from '#shared/protocol/native/refuse.ts'
import type { Protocol } from '#shared/protocol/saying.ts'
import type { Unit } from '#shared/search/segment.ts'
import { textsOfHeader, textsOfItem } from '#shared/search/texts-of.ts'
import type { Texts } from '#shared/search/term.ts'
import { UnreadableBody, type Document, type DocumentReader } from '#shared/store/read-documents.ts'
import { HEADER_ORDINAL } from '#shared/store/sources.ts'

/** What a body says at one place of a span; without a span key, of its trace. */
export type Said = {
  log_id: string
  ordinal: number
  trace_key: string
  span_key: string | null
  texts: Texts
}

/** A body that nobody can end reading is no reason to end here: erasures and mappings leave places that say nothing. */
function quietly<T>(read: () => T | null): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof HubError || error instanceof Unfit) return null
    throw error
  }
}

function sayHeader(log_id: string, { protocol, document }: Document): Said[] {
  const header = quietly(() => protocol.header(document))
  if (!header) return []
  const trace_key = header.trace.key
  return [{ log_id, ordinal: HEADER_ORDINAL, trace_key, span_key: null, texts: textsOfHeader(header) }]
}

function sayItem(log_id: string, protocol: Protocol, document: unknown, ordinal: number): Said[] {
  const item = quietly(() => protocol.item(document, ordinal))
  const texts = item && textsOfItem(item)
  if (!item?.span || !texts) return []
  return [{ log_id, ordinal, trace_key: item.trace.key, span_key: item.span.span.key, texts }]
}

/** All items of a body; erased and refused ones among them are left out. */
function sayAll(log_id: string, found: Document): Said[] {
  const batch = quietly(() => found.protocol.read(found.document))
  const items = (batch?.items ?? []).flatMap((item): Said[] => {
    const texts = textsOfItem(item)
    if (!item.span || !texts) return []
    const { ordinal, trace } = item
    return [{ log_id, ordinal, trace_key: trace.key, span_key: item.span.span.key, texts }]
  })
  return [...sayHeader(log_id, found), ...items]
}

function sayUnit({ log_id, first, count }: Unit, found: Document): Said[] {
  if (count === Infinity) return sayAll(log_id, found)
  const said: Said[] = []
  for (let ordinal = first; ordinal < first + count; ordinal++)
    said.push(
      ...(ordinal === HEADER_ORDINAL
        ? sayHeader(log_id, found)
        : sayItem(log_id, found.protocol, found.document, ordinal)),
    )
  return said
}

/** What some units say; a body that is gone or cannot be decoded says nothing. */
export async function readUnits(
  sql: postgres.ISql,
  documents: DocumentReader,
  units: Unit[],
): Promise<Said[]> {
  const by_log = Map.groupBy(units, ({ log_id }) => log_id)
  const said: Said[] = []
  const visit = (log_id: string, found: Document) => {
    for (const unit of by_log.get(log_id) ?? []) said.push(...sayUnit(unit, found))
  }
  try {
    await documents.each(sql, [...by_log.keys()], visit)
    return said
  } catch (error) {
    if (!(error instanceof UnreadableBody) || by_log.size === 1) {
      if (error instanceof UnreadableBody) return []
      throw error
    }
  }
  const each: Said[] = []
  for (const of_log of by_log.values()) each.push(...(await readUnits(sql, documents, of_log)))
  return each
}
