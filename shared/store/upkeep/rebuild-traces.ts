import type postgres from 'postgres'
import type { Price } from '../../price.ts'
import type { TraceGroup } from '../lane/group.ts'
import { writeEvals, writeEvents, writeSpans, type Encoders } from '../lane/write-spans.ts'
import { updateTraces } from '../lane/write-traces.ts'
import type { DocumentReader } from '../read-documents.ts'
import { compare, isNothing, tell, type Difference, type Differing } from './compare-traces.ts'
import { foldAgain } from './fold-again.ts'
import { queueForSearch } from '../queue-for-search.ts'
import { placesOf, readSayings } from './read-sayings.ts'
import { readTraces, type Batch, type StoredTrace } from './read-traces.ts'

/** What it takes to rebuild: `documents` decides by which protocols the log is read. */
export type Rebuilding = { documents: DocumentReader; price: Price; encoders: Encoders }

/** `incomplete`: part of it is not in the log, so it was left as it is. */
export type Rebuilt = 'same' | 'changed' | 'incomplete'

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
  await updateTraces(sql, [{ ...group, started_before: stored.group.state.start_time }], stored.updated_at)
  return 'changed'
}

/** Folds each of some traces again; null stands where part of a trace is not in the log. */
async function foldAll(
  sql: postgres.ISql,
  found: StoredTrace[],
  { documents, price }: Rebuilding,
): Promise<{ stored: StoredTrace; group: TraceGroup | null }[]> {
  const traces = found.map((stored) => ({ stored, places: placesOf(stored) }))
  const sayings = await readSayings(
    sql,
    documents,
    traces.flatMap(({ places }) => places),
  )
  const folded: { stored: StoredTrace; group: TraceGroup | null }[] = []
  for (const { stored, places } of traces) {
    folded.push({ stored, group: await foldAgain(stored, places, sayings, price) })
  }
  return folded
}

/** What is read in another way is searched in another way. */
async function searchAgain(sql: postgres.ISql, project_no: number, found: StoredTrace[]): Promise<void> {
  const log_ids = new Set(found.flatMap((stored) => placesOf(stored).map(({ log_id }) => log_id)))
  const bodies = [...log_ids].map((log_id) => ({ log_id, project_no }))
  await queueForSearch(sql, bodies, true)
}

/**
 * Rebuilds the rows of some traces from the log, under their locks and in the caller's transaction. Only what differs is
 * written, and only then does a trace's version rise. Throws a TraceVanished or an UnreadableBody on account of one.
 */
export async function rebuildTraces(
  sql: postgres.ISql,
  batch: Batch,
  rebuilding: Rebuilding,
): Promise<Rebuilt[]> {
  const rebuilt: Rebuilt[] = []
  const found = await readTraces(sql, batch, 'lock')
  for (const { stored, group } of await foldAll(sql, found, rebuilding)) {
    rebuilt.push(group ? await rewrite(sql, stored, group, rebuilding.encoders) : 'incomplete')
  }
  await searchAgain(sql, batch.project_no, found)
  return rebuilt
}

/**
 * Says what a rebuild of some traces would change, and changes nothing; the caller's transaction sees one moment. A trace
 * of which part is not in the log is left out of `compared`. Throws as `rebuildTraces` does.
 */
export async function compareTraces(
  sql: postgres.ISql,
  batch: Batch,
  rebuilding: Rebuilding,
): Promise<{ compared: number; differing: Differing[] }> {
  const differing: Differing[] = []
  let compared = 0
  for (const { stored, group } of await foldAll(sql, await readTraces(sql, batch, 'look'), rebuilding)) {
    if (!group) continue
    compared += 1 + group.rows.size + group.events.length + group.evals.length
    differing.push(...tell(stored, group, compare(stored, group, rebuilding.encoders)))
  }
  return { compared, differing }
}
