import type { SegmentBuilder } from '#shared/search/build-segment.ts'
import type { Unit } from '#shared/search/segment.ts'
import type { Texts } from '#shared/search/term.ts'
import { textsOfHeader, textsOfItem } from '#shared/search/texts-of.ts'
import type { Document } from '#shared/store/read-documents.ts'
import { HEADER_ORDINAL } from '#shared/store/sources.ts'

/** More items, or more text, begin another unit: a unit is what is read to see whether a text is in it. */
const MOST_ITEMS = 32
const MOST_TEXT = 6 * 1024

/** What a document says of one span; without a span key, of its trace as a whole. */
export type Saying = { ordinal: number; trace_key: string; span_key: string | null; texts: Texts }

/** All that a document says that can be searched, in its order. */
export function sayingsOf({ protocol, document }: Document): Saying[] {
  const { header, items } = protocol.read(document)
  const sayings: Saying[] = []
  if (header) {
    const trace_key = header.trace.key
    sayings.push({ ordinal: HEADER_ORDINAL, trace_key, span_key: null, texts: textsOfHeader(header) })
  }
  for (const item of items) {
    const texts = textsOfItem(item)
    if (!texts) continue
    const { ordinal, trace, span } = item
    sayings.push({ ordinal, trace_key: trace.key, span_key: span?.span.key ?? null, texts })
  }
  return sayings
}

const MEMBERS = ['name', 'input', 'output', 'error'] as const

function addTexts(builder: SegmentBuilder, texts: Texts): number {
  let length = 0
  for (const member of MEMBERS) {
    const text = texts[member]
    if (text === '') continue
    builder.text(text)
    length += text.length
  }
  return length
}

/** Adds the sayings of a body to a segment; `others` are what a span was told elsewhere, which counts as said here. */
export function addBody(
  builder: SegmentBuilder,
  log_id: string,
  sayings: Saying[],
  others: (saying: Saying) => Texts[],
): void {
  let unit: Unit | null = null
  let length = 0
  for (const saying of sayings) {
    if (!unit || saying.ordinal - unit.first >= MOST_ITEMS || length > MOST_TEXT) {
      unit = { log_id, first: saying.ordinal, count: 0, retold: false }
      builder.unit(unit)
      length = 0
    }
    unit.count = saying.ordinal - unit.first + 1
    length += addTexts(builder, saying.texts)
    const elsewhere = others(saying)
    unit.retold ||= elsewhere.length > 0
    for (const texts of elsewhere) length += addTexts(builder, texts)
  }
}
