import type postgres from 'postgres'
import { HubError } from '#shared/errors.ts'
import { Unfit } from '#shared/protocol/native/refuse.ts'
import type { Item } from '#shared/protocol/saying.ts'
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
  /** Whether it may have been told of elsewhere too. */
  retold: boolean
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

function sayHeader({ log_id, retold }: Unit, { protocol, document }: Document): Said[] {
  const header = quietly(() => protocol.header(document))
  if (!header) return []
  const place = { log_id, retold, ordinal: HEADER_ORDINAL }
  return [{ ...place, trace_key: header.trace.key, span_key: null, texts: textsOfHeader(header) }]
}

function sayItem({ log_id, retold }: Unit, item: Item | null): Said[] {
  const texts = item && textsOfItem(item)
  if (!item || !texts) return []
  const { ordinal, trace, span } = item
  return [{ log_id, retold, ordinal, trace_key: trace.key, span_key: span?.span.key ?? null, texts }]
}

/** Erased and refused items are left out. */
function sayUnit(unit: Unit, found: Document): Said[] {
  const { protocol, document } = found
  if (unit.count === Infinity) {
    const batch = quietly(() => protocol.read(document))
    return [...sayHeader(unit, found), ...(batch?.items ?? []).flatMap((item) => sayItem(unit, item))]
  }
  const ordinals = Array.from({ length: unit.count }, (_, index) => unit.first + index)
  return ordinals.flatMap((ordinal) =>
    ordinal === HEADER_ORDINAL
      ? sayHeader(unit, found)
      : sayItem(
          unit,
          quietly(() => protocol.item(document, ordinal)),
        ),
  )
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
