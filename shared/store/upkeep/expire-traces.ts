import type { Transaction } from '../connect.ts'

/** Traces of a project from days before `before`; their spans are deleted too unless their days go as a whole. */
export type Expiring = { project_no: number; before: string; with_spans: boolean }

const BATCH = 500

type Trace = { trace_no: string; trace_day: string }

/** Locks a batch in the order in which all writers lock traces; picked by day, so that no batch sorts them all. */
async function lockBatch(sql: Transaction, { project_no, before }: Expiring): Promise<Trace[]> {
  const picked = await sql<{ trace_key: string }[]>`
    select trace_key from traces
    where project_no = ${project_no} and trace_day < ${before}::text::date
    order by trace_day, trace_no limit ${BATCH}`
  if (picked.length === 0) return []
  return sql<Trace[]>`
    select trace_no, trace_day::text from traces
    where project_no = ${project_no} and trace_key = any(${picked.map(({ trace_key }) => trace_key)}::text[])
      and trace_day < ${before}::text::date
    order by trace_key for update`
}

/** Remembers who is gone while bodies in the log still name them, so that their items do not look lost. */
const noteExpired = async (sql: Transaction, project_no: number, trace_nos: string[]) => sql`
  insert into expired_traces (project_no, trace_key, last_day, user_id, eval_logs)
  select t.project_no, t.trace_key, (t.updated_at at time zone 'UTC')::date, t.user_id,
    coalesce((select array_agg(distinct v.log_id) from evals v
      where v.project_no = t.project_no and v.trace_no = t.trace_no), '{}')
  from traces t
  where t.project_no = ${project_no} and t.trace_no = any(${trace_nos}::bigint[])
  on conflict (project_no, trace_key) do update
  set last_day = greatest(expired_traces.last_day, excluded.last_day),
    user_id = coalesce(excluded.user_id, expired_traces.user_id),
    eval_logs = expired_traces.eval_logs || excluded.eval_logs`

async function deleteSpans(sql: Transaction, project_no: number, traces: Trace[]): Promise<void> {
  for (const [day, list] of Map.groupBy(traces, ({ trace_day }) => trace_day)) {
    const trace_nos = list.map(({ trace_no }) => trace_no)
    await sql`
      delete from spans where project_no = ${project_no} and trace_day = ${day}::text::date
        and trace_no = any(${trace_nos}::bigint[])`
    await sql`
      delete from span_events where project_no = ${project_no} and trace_day = ${day}::text::date
        and trace_no = any(${trace_nos}::bigint[])`
  }
}

/** Deletes a batch of traces that are too old, in the caller's transaction; gives how many it looked at, 0 at the end. */
export async function expireTraces(sql: Transaction, expiring: Expiring): Promise<number> {
  const { project_no } = expiring
  const traces = await lockBatch(sql, expiring)
  if (traces.length === 0) return 0
  const trace_nos = traces.map(({ trace_no }) => trace_no)
  await noteExpired(sql, project_no, trace_nos)
  if (expiring.with_spans) await deleteSpans(sql, project_no, traces)
  await sql`delete from evals where project_no = ${project_no} and trace_no = any(${trace_nos}::bigint[])`
  await sql`
    with gone as (
      delete from traces where project_no = ${project_no} and trace_no = any(${trace_nos}::bigint[])
      returning start_time
    )
    insert into rollup_marks (project_no, hour)
    select distinct ${project_no}::int, date_trunc('hour', start_time, 'UTC') from gone`
  return traces.length
}

/** Forgets expired traces whose words have been erased. */
export const forgetErased = async (sql: Transaction, project_no: number, trace_keys: string[]) => sql`
  delete from expired_traces where project_no = ${project_no} and trace_key = any(${trace_keys}::text[])`
