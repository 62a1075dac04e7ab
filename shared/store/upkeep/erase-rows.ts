import type { Transaction } from '../connect.ts'
import { unpackSources } from '../sources.ts'
import { eraseDecisions } from './erase-decisions.ts'

type Trace = { trace_no: string; trace_key: string; trace_day: string }
type Place = { log_id: string; ordinal: number }

/** What of a trace is gone, and where evaluations stand that may not name it. */
export type Erased = { trace_key: string; trace_day: string; spans: number; eval_logs: string[] }

/** The items of a trace that were stored: their log rows, and how many in each. */
async function countItems(sql: Transaction, project_no: number, { trace_no, trace_day }: Trace) {
  const spans = await sql<{ sources: Uint8Array }[]>`
    select sources from spans
    where project_no = ${project_no} and trace_no = ${trace_no} and trace_day = ${trace_day}::text::date`
  const events = await sql<Place[]>`
    select log_id, ordinal from span_events
    where project_no = ${project_no} and trace_no = ${trace_no} and trace_day = ${trace_day}::text::date`
  const evals = await sql<Place[]>`
    select log_id, ordinal from evals where project_no = ${project_no} and trace_no = ${trace_no}`
  const places = [...spans.flatMap(({ sources }) => unpackSources(sources)), ...events, ...evals]
  const items = new Map<string, Set<number>>()
  for (const { log_id, ordinal } of places) items.set(log_id, (items.get(log_id) ?? new Set()).add(ordinal))
  return { spans: spans.length, items, eval_logs: [...new Set(evals.map(({ log_id }) => log_id))] }
}

async function noteErased(sql: Transaction, items: Map<string, Set<number>>): Promise<void> {
  const log_ids = [...items.keys()].toSorted()
  const counts = log_ids.map((log_id) => items.get(log_id)?.size ?? 0)
  await sql`
    update log l set erased = l.erased + x.items
    from unnest(${log_ids}::uuid[], ${counts}::int[]) x(log_id, items)
    where l.log_id = x.log_id`
}

async function eraseTrace(sql: Transaction, project_no: number, trace: Trace): Promise<Erased> {
  const { trace_no, trace_day, trace_key } = trace
  const { spans, items, eval_logs } = await countItems(sql, project_no, trace)
  await noteErased(sql, items)
  await sql`
    delete from spans
    where project_no = ${project_no} and trace_no = ${trace_no} and trace_day = ${trace_day}::text::date`
  await sql`
    delete from span_events
    where project_no = ${project_no} and trace_no = ${trace_no} and trace_day = ${trace_day}::text::date`
  await sql`delete from evals where project_no = ${project_no} and trace_no = ${trace_no}`
  await sql`
    with gone as (
      delete from traces where project_no = ${project_no} and trace_key = ${trace_key} returning start_time
    )
    insert into rollup_marks (project_no, hour)
    select ${project_no}, date_trunc('hour', start_time, 'UTC') from gone`
  return { trace_key, trace_day, spans, eval_logs }
}

/**
 * Deletes the rows of some traces in the caller's transaction, and notes in the log how many of its items went with
 * them. The trace rows are locked first, in order, so that no lane writes to what is going.
 */
export async function eraseRows(
  sql: Transaction,
  project_no: number,
  trace_keys: string[],
): Promise<Erased[]> {
  const traces = await sql<Trace[]>`
    select trace_no, trace_key, trace_day::text from traces
    where project_no = ${project_no} and trace_key = any(${trace_keys}::text[])
    order by trace_key for update`
  const erased: Erased[] = []
  for (const trace of traces) erased.push(await eraseTrace(sql, project_no, trace))
  // Of all that were named: decisions are kept longer than traces.
  await eraseDecisions(sql, project_no, trace_keys)
  return erased
}
