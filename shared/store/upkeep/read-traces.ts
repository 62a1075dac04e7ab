import type postgres from 'postgres'
import { emptyGroup, type EventRow, type TraceGroup } from '../lane/group.ts'
import { lockTraces, readAllSpans, type Hold } from '../lane/read-known.ts'
import type { SpanRow } from '../lane/span-row.ts'

/** An evaluation as its row holds it. */
export type StoredEval = {
  eval_id: string
  eval_key: string
  log_id: string
  ordinal: number
  /** Microseconds since 1970. */
  created_at: number
  values: Record<string, unknown>
}

/** All that the tables hold of one trace. */
export type StoredTrace = {
  group: TraceGroup
  updated_at: number
  spans: Map<string, SpanRow>
  events: EventRow[]
  evals: StoredEval[]
}

/** Some traces of one project and one day. */
export type Batch = { project_no: number; trace_day: string; trace_keys: string[] }

type Numbered<T> = T & { trace_no: string }
type Event = Omit<EventRow, 'at'> & { at: string }
type Eval = Omit<StoredEval, 'created_at' | 'values'> & { created_at: string } & Record<string, unknown>

const byTrace = <T extends { trace_no: string }>(rows: T[]): Map<string, T[]> =>
  Map.groupBy(rows, ({ trace_no }) => trace_no)

const readTimes = async (sql: postgres.ISql, project_no: number, trace_nos: string[]) =>
  sql<Numbered<{ updated_at: string }>[]>`
    select trace_no, (extract(epoch from updated_at) * 1000000)::bigint updated_at from traces
    where project_no = ${project_no} and trace_no = any(${trace_nos}::bigint[])`

const readEvents = async (sql: postgres.ISql, { project_no, trace_day }: Batch, trace_nos: string[]) =>
  sql<Numbered<Event>[]>`
    select trace_no, event_key, span_key, type, (extract(epoch from at) * 1000000)::bigint at, log_id, ordinal
    from span_events
    where project_no = ${project_no} and trace_day = ${trace_day}::text::date
      and trace_no = any(${trace_nos}::bigint[])`

const readEvals = async (sql: postgres.ISql, project_no: number, trace_nos: string[]) =>
  sql<Numbered<Eval>[]>`
    select trace_no, eval_id, eval_key, log_id, ordinal, (extract(epoch from created_at) * 1000000)::bigint created_at,
      score, passed, user_review_passed, span_key, span_id, name, model, label, explanation, metadata
    from evals where project_no = ${project_no} and trace_no = any(${trace_nos}::bigint[])`

function evalOf(row: Numbered<Eval>): StoredEval {
  const { trace_no: _no, eval_id, eval_key, log_id, ordinal, created_at, ...values } = row
  return { eval_id, eval_key, log_id, ordinal, created_at: Number(created_at), values }
}

function eventOf({ trace_no: _no, at, ...event }: Numbered<Event>): EventRow {
  return { ...event, at: Number(at) }
}

/** Reads all rows of some traces, under their locks or not; throws a TraceVanished when one is not there any more. */
export async function readTraces(sql: postgres.ISql, batch: Batch, hold: Hold): Promise<StoredTrace[]> {
  const { project_no, trace_day } = batch
  const groups = batch.trace_keys.map((key) => emptyGroup(project_no, { key, form: 0, text: null }))
  await lockTraces(sql, groups, hold)
  const trace_nos = groups.map(({ trace_no }) => String(trace_no))
  const times = byTrace(await readTimes(sql, project_no, trace_nos))
  const spans = byTrace(await readAllSpans(sql, project_no, trace_day, trace_nos))
  const events = byTrace(await readEvents(sql, batch, trace_nos))
  const evals = byTrace(await readEvals(sql, project_no, trace_nos))
  return groups.map((group) => {
    const trace_no = String(group.trace_no)
    return {
      group,
      updated_at: Number(times.get(trace_no)?.[0]?.updated_at),
      spans: new Map((spans.get(trace_no) ?? []).map((row) => [row.span.key, row])),
      events: (events.get(trace_no) ?? []).map(eventOf),
      evals: (evals.get(trace_no) ?? []).map(evalOf),
    }
  })
}
