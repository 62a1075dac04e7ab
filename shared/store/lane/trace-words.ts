import { digest64 } from '../../ids.ts'
import type { Item, TraceValues } from '../../protocol/saying.ts'
import { foldFirst, TRACE_FIELDS, type Folded } from '../../schema/merge.ts'
import { byRank, isHeader, isOwn, OWN_LEVEL, type Source } from '../sources.ts'

type Said = Folded<TraceValues>

/** Different words that the spans of one trace, or it itself, may have for it; more are no longer heard. */
const MOST_WORDS = 500
const MOST_OWN_WORDS = 5000
/** Below what a trace says of itself, in a header or in an item that is its own object. */
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

/** An item that is the trace's own object has a time, by which the later one counts; words of a span have none. */
function sourceOf(item: Item, log_id: string): Source {
  const { ordinal, about, own } = item
  if (own) return { log_id, ordinal, level: OWN_LEVEL, at: item.at, digest: item.digest }
  const is_root = item.span?.values.parent_key === null
  const digest = digest64(JSON.stringify([is_root, about]))
  return { log_id, ordinal, level: LEVEL, at: Number(is_root), digest }
}

/**
 * Folds in what a span, or the trace's own object, says of the trace. The root's words outrank other spans', then it is
 * their digest: which span came first, and how often something was said, is all the same. Words are kept once.
 */
export function sayWords(said: Said | null, item: Item, log_id: string): Said | null {
  const { about } = item
  if (!about) return said
  const source = sourceOf(item, log_id)
  if (!said) return foldFirst(TRACE_FIELDS, source, about)
  const known = said.sources.findIndex((other) => other.digest === source.digest && !isHeader(other))
  if (known >= 0) {
    keepFirst(said, known, source)
    return said
  }
  if (said.sources.length >= (item.own ? MOST_OWN_WORDS : MOST_WORDS)) return said
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

/** Whether the trace has an object of its own among the items: then no single span stands for the whole of it. */
export const isObject = (said: Said | null): boolean =>
  said !== null && said.sources.some((source) => !isHeader(source) && isOwn(source))

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
