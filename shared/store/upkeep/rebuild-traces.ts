import type postgres from 'postgres'
import { shownId } from '../../ids.ts'
import type { Price } from '../../price.ts'
import type { EvalRow, EventRow, TraceGroup } from '../lane/group.ts'
import {
  isSameJson,
  isSameSpan,
  writeEvals,
  writeEvents,
  writeSpans,
  type Encoders,
} from '../lane/write-spans.ts'
import { isSameTrace, updateTraces } from '../lane/write-traces.ts'
import type { DocumentReader } from '../read-documents.ts'
import { foldAgain } from './fold-again.ts'
import { placesOf, readSayings } from './read-sayings.ts'
import { readTraces, type Batch, type StoredTrace } from './read-traces.ts'

/** What it takes to rebuild: `documents` decides by which protocols the log is read. */
export type Rebuilding = { documents: DocumentReader; price: Price; encoders: Encoders }

/** `incomplete`: part of it is not in the log, so it was left as it is. */
export type Rebuilt = 'same' | 'changed' | 'incomplete'

/** What differs between the rows there are and the rows there should be. */
type Difference = {
  rows: TraceGroup['rows']
  gone_spans: string[]
  events: EventRow[]
  gone_events: string[]
  evals: { said: EvalRow; created_at: number }[]
  trace: boolean
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

const compareEvals = (stored: StoredTrace, group: TraceGroup) =>
  group.evals.flatMap((said) => {
    const held = stored.evals.find(({ eval_key }) => eval_key === said.eval_key)
    if (!held || isSameJson(held.values, valuesOf(said))) return []
    return [{ said, created_at: held.created_at }]
  })

const compare = (stored: StoredTrace, group: TraceGroup, encoders: Encoders): Difference => ({
  ...compareSpans(stored, group, encoders),
  ...compareEvents(stored, group),
  evals: compareEvals(stored, group),
  trace: !isSameTrace(stored.group, group),
})

const isNothing = ({ rows, gone_spans, events, gone_events, evals, trace }: Difference): boolean =>
  !trace && rows.size + gone_spans.length + events.length + gone_events.length + evals.length === 0

async function remove(
  sql: postgres.ISql,
  { project_no, trace_no, trace_day }: TraceGroup,
  { gone_spans, gone_events, evals }: Difference,
): Promise<void> {
  await sql`
    delete from spans where project_no = ${project_no} and trace_no = ${trace_no}
      and trace_day = ${trace_day}::text::date and span_key = any(${gone_spans}::text[])`
  await sql`
    delete from span_events where project_no = ${project_no} and trace_no = ${trace_no}
      and trace_day = ${trace_day}::text::date and event_key = any(${gone_events}::text[])`
  await sql`
    delete from evals where project_no = ${project_no} and trace_no = ${trace_no}
      and eval_key = any(${evals.map(({ said }) => said.eval_key)}::text[])`
}

/** Writes what differs; the trace keeps the time of its last news, so that a stale one stays stale. */
async function rewrite(
  sql: postgres.ISql,
  stored: StoredTrace,
  group: TraceGroup,
  encoders: Encoders,
): Promise<Rebuilt> {
  const difference = compare(stored, group, encoders)
  if (isNothing(difference)) return 'same'
  await remove(sql, group, difference)
  const differing = { ...group, rows: difference.rows, events: difference.events }
  await writeSpans(sql, encoders, [differing])
  await writeEvents(sql, encoders, [differing])
  for (const { said, created_at } of difference.evals) {
    await writeEvals(sql, encoders, [{ ...group, evals: [said] }], created_at)
  }
  await updateTraces(sql, [group], stored.updated_at)
  return 'changed'
}

/**
 * Rebuilds the rows of some traces from the log, under their locks and in the caller's transaction. Only what differs is
 * written, and only then does a trace's version rise. Throws a TraceVanished or an UnreadableBody on account of one.
 */
export async function rebuildTraces(
  sql: postgres.ISql,
  batch: Batch,
  { documents, price, encoders }: Rebuilding,
): Promise<Rebuilt[]> {
  const traces = (await readTraces(sql, batch)).map((stored) => ({ stored, places: placesOf(stored) }))
  const sayings = await readSayings(
    sql,
    documents,
    traces.flatMap(({ places }) => places),
  )
  const rebuilt: Rebuilt[] = []
  for (const { stored, places } of traces) {
    const group = await foldAgain(stored, places, sayings, price)
    rebuilt.push(group ? await rewrite(sql, stored, group, encoders) : 'incomplete')
  }
  return rebuilt
}
