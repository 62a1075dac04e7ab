import { shownId } from '../../ids.ts'
import { SPAN_FIELDS } from '../../schema/merge.ts'
import type { EvalRow, EventRow, TraceGroup } from '../lane/group.ts'
import { shownWinners, type SpanRow } from '../lane/span-row.ts'
import { isSameJson, isSameSpan, type Encoders } from '../lane/write-spans.ts'
import { differingColumns } from '../lane/write-traces.ts'
import { packSources } from '../sources.ts'
import type { StoredTrace } from './read-traces.ts'

/** What differs between the rows there are and the rows there should be. */
export type Difference = {
  rows: TraceGroup['rows']
  gone_spans: string[]
  events: EventRow[]
  gone_events: string[]
  evals: { said: EvalRow; created_at: number }[]
  trace: string[]
}

function compareSpans(stored: StoredTrace, group: TraceGroup, encoders: Encoders) {
  const rows: TraceGroup['rows'] = new Map()
  for (const [key, row] of group.rows) {
    const held = stored.spans.get(key)
    if (held && isSameSpan(encoders, group, held, row)) continue
    // A row that is there already is merged, a new one copied.
    rows.set(key, { ...row, before: held?.before ?? null })
  }
  return { rows, gone_spans: [...stored.spans.keys()].filter((key) => !group.rows.has(key)) }
}

/** An event that differs goes and comes again. */
function compareEvents(stored: StoredTrace, group: TraceGroup) {
  const wanted = new Map(group.events.map((event) => [event.event_key, event]))
  const same = new Set<string>()
  for (const event of stored.events) {
    if (Bun.deepEquals(event, wanted.get(event.event_key))) same.add(event.event_key)
  }
  return {
    events: group.events.filter(({ event_key }) => !same.has(event_key)),
    gone_events: stored.events.map(({ event_key }) => event_key).filter((key) => !same.has(key)),
  }
}

function valuesOf({ claim }: EvalRow): Record<string, unknown> {
  const { span, ...values } = claim.item.evaluation ?? { span: null }
  const span_id = span ? shownId(span.key, span.form, span.text) : null
  return { ...values, span_key: span?.key ?? null, span_id }
}

function compareEvals(stored: StoredTrace, group: TraceGroup) {
  const by_key = new Map(stored.evals.map((held) => [held.eval_key, held]))
  return group.evals.flatMap((said) => {
    const held = by_key.get(said.eval_key)
    if (!held || isSameJson(held.values, valuesOf(said))) return []
    return [{ said, created_at: held.created_at }]
  })
}

/** What a rebuild would have to write. */
export const compare = (stored: StoredTrace, group: TraceGroup, encoders: Encoders): Difference => ({
  ...compareSpans(stored, group, encoders),
  ...compareEvents(stored, group),
  evals: compareEvals(stored, group),
  trace: differingColumns(stored.group, group),
})

export const isNothing = ({ rows, gone_spans, events, gone_events, evals, trace }: Difference): boolean =>
  trace.length + rows.size + gone_spans.length + events.length + gone_events.length + evals.length === 0

/** A row that is not what the log says: which of which trace, and in which columns; never what stands there. */
export type Differing = { table: string; trace_key: string; key: string; columns: string[] }

const isSame = (a: unknown, b: unknown): boolean => isSameJson([a], [b])

const differingFields = (a: Record<string, unknown>, b: Record<string, unknown>): string[] =>
  Object.keys(b).filter((name) => !isSame(a[name], b[name]))

/** What of a span's row is not what it holds of its values. */
const restOf = ({ span, key_digest, folded, cost_nano, cost_source, usage_children }: SpanRow) => ({
  span_id: [span.form, span.text],
  key_digest: String(key_digest),
  cost_nano,
  cost_source,
  usage_children,
  sources: packSources(folded.sources).toString('hex'),
  winners: shownWinners(folded)?.toString('hex') ?? null,
})

/** Fields that the row keeps elsewhere, or not at all. */
const isKept = (field: string, parentless: boolean): boolean =>
  field !== 'cost_nano' && (parentless || !field.endsWith('_preview'))

function differingSpan(held: SpanRow | undefined, row: SpanRow): string[] {
  if (!held) return ['missing']
  const [old, due] = [held.folded.values, row.folded.values]
  const values = SPAN_FIELDS.filter(
    (field) => isKept(field, due.parent_key === null) && !isSame(old[field], due[field]),
  )
  return [...values, ...differingFields(restOf(held), restOf(row))]
}

function differingEvent({ events }: StoredTrace, event: EventRow): string[] {
  const held = events.find(({ event_key }) => event_key === event.event_key)
  return held ? differingFields(held, event) : ['missing']
}

function differingEval({ evals }: StoredTrace, said: EvalRow): string[] {
  const held = evals.find(({ eval_key }) => eval_key === said.eval_key)
  return held ? differingFields(held.values, valuesOf(said)) : ['missing']
}

/** A difference in words: one entry for each row. */
export function tell(stored: StoredTrace, group: TraceGroup, difference: Difference): Differing[] {
  const trace_key = group.trace.key
  const row = (table: string, key: string, columns: string[]) => ({ table, trace_key, key, columns })
  const { rows, gone_spans, events, gone_events, evals, trace } = difference
  const come_again = new Set(events.map(({ event_key }) => event_key))
  return [
    ...(trace.length > 0 ? [row('traces', trace_key, trace)] : []),
    ...[...rows].map(([key, said]) => row('spans', key, differingSpan(stored.spans.get(key), said))),
    ...gone_spans.map((key) => row('spans', key, ['not said'])),
    ...events.map((said) => row('span_events', said.event_key, differingEvent(stored, said))),
    ...gone_events.filter((key) => !come_again.has(key)).map((key) => row('span_events', key, ['not said'])),
    ...evals.map(({ said }) => row('evals', said.eval_key, differingEval(stored, said))),
  ]
}
