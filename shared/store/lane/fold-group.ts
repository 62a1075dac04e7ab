import { EVENT_KINDS } from '../../protocol/saying.ts'
import type { Price } from '../../price.ts'
import type { Source } from '../sources.ts'
import type { Claim, TraceGroup } from './group.ts'
import { newRow, priceRow, sayMore, type SpanRow } from './span-row.ts'
import { sayHeader, witness, type TraceState } from './trace-state.ts'
import { sayWords } from './trace-words.ts'

const SPAN_AGAIN = EVENT_KINDS.indexOf('SPAN')

const sourceOf = ({ item, entry }: Claim, level: number): Source => ({
  log_id: entry.log_id,
  ordinal: item.ordinal,
  level,
  at: item.at,
  digest: item.digest,
})

/**
 * Folds what a group says of one trace into rows, on top of what is known of it. Nothing is read or written here,
 * so it can be done again when a trace turns out to be known already.
 */
export function foldGroup(
  group: TraceGroup,
  state: TraceState,
  known: Map<string, SpanRow>,
  price: Price,
  now: number,
): void {
  group.state = state
  group.rows = new Map()
  group.events = []
  group.evals = []
  group.changed = false
  for (const claim of group.headers) {
    claim.fresh = sayHeader(state, claim.header, claim.entry.log_id)
    group.changed ||= claim.fresh
  }
  for (const claim of group.claims) {
    if (claim.said !== 'new') continue
    group.changed = true
    foldSpan(group, known, claim)
    state.said = sayWords(state.said, claim.item, claim.entry.log_id)
    const started = claim.item.own?.start_time ?? null
    if (started !== null) witness(state, started, true)
    foldEvent(group, claim)
    foldEval(group, claim, now)
  }
  for (const row of group.rows.values()) priceRow(row, price)
  if (!Number.isFinite(state.start_time)) state.start_time = now
}

function foldSpan(group: TraceGroup, known: Map<string, SpanRow>, claim: Claim): void {
  const { item } = claim
  if (!item.span) return
  const { span, level, values } = item.span
  const source = sourceOf(claim, level)
  const row = group.rows.get(span.key) ?? known.get(span.key)
  if (row) {
    sayMore(row, source, values)
    // The first saying's key stands in the span's row; a further one that is no event needs a place of its own.
    if (!item.event) group.events.push(eventOf(claim, span.key, SPAN_AGAIN))
  }
  group.rows.set(span.key, row ?? newRow(span, source, values))
  if (values.start_time !== null) witness(group.state, values.start_time, true)
  else witness(group.state, item.at, false)
}

const eventOf = ({ item, entry }: Claim, span_key: string | null, type: number) => ({
  event_key: item.key,
  span_key,
  type,
  at: item.at,
  log_id: entry.log_id,
  ordinal: item.ordinal,
})

function foldEvent(group: TraceGroup, claim: Claim): void {
  const { event, at } = claim.item
  if (!event) return
  witness(group.state, at, false)
  group.events.push(eventOf(claim, event.span_key, event.type))
}

function foldEval(group: TraceGroup, claim: Claim, now: number): void {
  const { evaluation, key, at } = claim.item
  if (!evaluation) return
  witness(group.state, at || now, false)
  group.evals.push({ claim, eval_id: crypto.randomUUID(), eval_key: key })
  if (evaluation.user_review_passed !== null)
    group.state.shown.user_review_passed = evaluation.user_review_passed
}
