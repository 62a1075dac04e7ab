import type { Range, Searchable } from './match-text.ts'
import { normalise } from './signs.ts'

/** A part of a text, and where in it the marks stand, in UTF-16 code units. */
export type Snippet = { text: string; marks: Range[] }

const BEFORE = 60
const LENGTH = 240
/** In longer texts a match is shown in the form in which it was compared. */
const LONGEST_MAPPED = 200_000
const CLUSTER = /[^][\p{M}\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f]*/gu

/** For each place of the normal text the place in the text as it was sent; null when that cannot be told. */
function mapOf(text: string, normal: string): Uint32Array | null {
  if (text.length > LONGEST_MAPPED) return null
  const map = new Uint32Array(normal.length + 1)
  let at = 0
  let joined = ''
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const piece = normalise(cluster)
    map.fill(index, at, at + piece.length)
    at += piece.length
    joined += piece
  }
  map[normal.length] = text.length
  return joined === normal ? map : null
}

/** The same places in the text as it was sent, which may have been composed otherwise. */
function placesAsSent(
  text: string,
  { normal }: Searchable,
  ranges: Range[],
): { text: string; ranges: Range[] } {
  const map = text === normal ? null : mapOf(text, normal)
  if (!map) return { text: normal, ranges }
  const end = (to: number) => {
    const last = map[to - 1] ?? 0
    let next = to
    while (next < normal.length && map[next] === last) next++
    return map[next] ?? text.length
  }
  return { text, ranges: ranges.map(({ from, to }) => ({ from: map[from] ?? 0, to: end(to) })) }
}

const isLow = (text: string, at: number) => /[\udc00-\udfff]/.test(text[at] ?? '')

/** A part of a text around the first place, with all places inside it; whole when it is short. */
export function snippetOf(text: string, searchable: Searchable, found: Range[]): Snippet {
  const sent = placesAsSent(text, searchable, found)
  const first = sent.ranges[0]?.from ?? 0
  let from = Math.max(0, Math.min(first - BEFORE, sent.text.length - LENGTH))
  if (from > 0) {
    const space = sent.text.slice(from, first).search(/\s/)
    if (space !== -1 && space < BEFORE / 2) from += space + 1
    else if (isLow(sent.text, from)) from++
  }
  let to = Math.min(sent.text.length, from + LENGTH)
  if (isLow(sent.text, to)) to--
  const marks = sent.ranges
    .filter((range) => range.from >= from && range.from < to)
    .map((range) => ({ from: range.from - from, to: Math.min(range.to, to) - from }))
  const lead = from > 0 ? '…' : ''
  const shift = lead.length
  return {
    text: `${lead}${sent.text.slice(from, to)}${to < sent.text.length ? '…' : ''}`,
    marks: marks.map((mark) => ({ from: mark.from + shift, to: mark.to + shift })),
  }
}
