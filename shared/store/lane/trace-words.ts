import { digest64 } from '../../ids.ts'
import type { Item, TraceValues } from '../../protocol/saying.ts'
import { foldFirst, TRACE_FIELDS, type Folded } from '../../schema/merge.ts'
import { byRank, isHeader, type Source } from '../sources.ts'

type Said = Folded<TraceValues>

/** Different words that the spans of one trace may have for it; more are no longer heard. */
const MOST_WORDS = 500
/** Below what a trace says of itself. */
const LEVEL = 0

/** Whoever received first, whatever the order in which it is folded. */
const isBefore = (a: Source, b: Source): boolean =>
  a.log_id < b.log_id || (a.log_id === b.log_id && a.ordinal < b.ordinal)

/** Puts a source in its place: headers first, then items in the order of the log. */
function insert(said: Said, source: Source): number {
  const found = said.sources.findIndex((other) => !isHeader(other) && isBefore(source, other))
  const position = found === -1 ? said.sources.length : found
  said.sources.splice(position, 0, source)
  said.winners.forEach((winner, field) => {
    if (winner >= position) said.winners[field] = winner + 1
  })
  return position
}

/** The same words again: of the places where they stand the first is kept. */
function keepFirst(said: Said, known: number, source: Source): void {
  const held = said.sources[known]
  if (!held || !isBefore(source, held)) return
  const won = Array.from(said.winners, (winner) => winner === known)
  said.sources.splice(known, 1)
  said.winners.forEach((winner, field) => {
    if (winner > known) said.winners[field] = winner - 1
  })
  const position = insert(said, source)
  won.forEach((has_won, field) => {
    if (has_won) said.winners[field] = position
  })
}

/**
 * Folds in what a span says of its trace. The root's words outrank other spans', then it is their digest: which span
 * came first, and how often something was said, is all the same. Words that the trace has are kept once.
 */
export function sayWords(said: Said | null, { about, ...item }: Item, log_id: string): Said | null {
  if (!about) return said
  const is_root = item.span?.values.parent_key === null
  const digest = digest64(JSON.stringify([is_root, about]))
  const source: Source = { log_id, ordinal: item.ordinal, level: LEVEL, at: Number(is_root), digest }
  if (!said) return foldFirst(TRACE_FIELDS, source, about)
  const known = said.sources.findIndex((other) => other.digest === digest && !isHeader(other))
  if (known >= 0) {
    keepFirst(said, known, source)
    return said
  }
  if (said.sources.length >= MOST_WORDS) return said
  const position = insert(said, source)
  TRACE_FIELDS.forEach((field, index) => {
    if (about[field] === null) return
    const holder = said.sources[said.winners[index] ?? -1]
    if (holder && byRank(source, holder) < 0) return
    said.winners[index] = position
    Object.assign(said.values, { [field]: about[field] })
  })
  return said
}

/** Where a header goes: behind the other headers. */
export function moveHeaderUp(said: Said): void {
  const last = said.sources.length - 1
  const position = said.sources.findIndex((source) => !isHeader(source))
  const header = said.sources[last]
  if (position === -1 || !header || position >= last) return
  said.sources.splice(last, 1)
  said.sources.splice(position, 0, header)
  said.winners.forEach((winner, field) => {
    if (winner === last) said.winners[field] = position
    else if (winner >= position) said.winners[field] = winner + 1
  })
}
