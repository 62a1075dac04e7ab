import type { Item } from '#shared/protocol/saying.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { unpackSources } from '#shared/store/sources.ts'

/** An item of a body, as far as it takes to find it in the tables. */
export type Wanted = {
  log_id: string
  ordinal: number
  /** Empty for an evaluation that names a span alone. */
  trace_key: string
  span_key: string | null
  key: string
  is_eval: boolean
}

/** Items that are in a row, and those whose trace has expired or is being erased, by log_id and ordinal. */
export type Whereabouts = { found: Set<string>; gone: Set<string> }

type Trace = { trace_key: string; trace_no: string; trace_day: string }
type Place = { log_id: string; ordinal: number }

export const placeKey = ({ log_id, ordinal }: Place): string => `${log_id} ${ordinal}`

export const wantedOf = (log_id: string, { ordinal, trace, key, span, evaluation }: Item): Wanted => ({
  log_id,
  ordinal,
  trace_key: trace.key,
  span_key: span?.span.key ?? evaluation?.span?.key ?? null,
  key,
  is_eval: evaluation !== null,
})

const parameters = (list: (Wanted & Trace)[], key: (wanted: Wanted) => string | null) => ({
  nos: list.map(({ trace_no }) => trace_no),
  keys: list.map(key),
})

/** Items of traces of one day, by the keys of the three tables. */
async function findOfDay(sql: Transaction, project_no: number, day: string, wanted: (Wanted & Trace)[]) {
  const found: Place[] = []
  const of_spans = parameters(
    wanted.filter(({ span_key, is_eval }) => span_key !== null && !is_eval),
    ({ span_key }) => span_key,
  )
  const spans = await sql<{ sources: Uint8Array }[]>`
    select s.sources from spans s join (
      select distinct t, k from unnest(${of_spans.nos}::bigint[], ${of_spans.keys}::text[]) x(t, k)
    ) x on s.trace_no = x.t and s.span_key = x.k
    where s.project_no = ${project_no} and s.trace_day = ${day}::text::date`
  for (const { sources } of spans) found.push(...unpackSources(sources))
  const of_events = parameters(
    wanted.filter(({ is_eval }) => !is_eval),
    ({ key }) => key,
  )
  const events = await sql<Place[]>`
    select e.log_id, e.ordinal from span_events e
    join unnest(${of_events.nos}::bigint[], ${of_events.keys}::text[]) x(t, k)
      on e.trace_no = x.t and e.event_key = x.k
    where e.project_no = ${project_no} and e.trace_day = ${day}::text::date`
  const of_evals = parameters(
    wanted.filter(({ is_eval }) => is_eval),
    ({ key }) => key,
  )
  const evals = await sql<Place[]>`
    select v.log_id, v.ordinal from evals v
    join unnest(${of_evals.nos}::bigint[], ${of_evals.keys}::text[]) x(t, k)
      on v.trace_no = x.t and v.eval_key = x.k
    where v.project_no = ${project_no}`
  return [...found, ...events, ...evals]
}

/** Evaluations that name a span alone stand with the trace that had the span. */
const findOfSpans = async (sql: Transaction, project_no: number, wanted: Wanted[]) => sql<Place[]>`
  select v.log_id, v.ordinal
  from unnest(${wanted.map(({ span_key }) => span_key)}::text[], ${wanted.map(({ key }) => key)}::text[]) x(s, k)
  join spans s on s.span_key = x.s
  join evals v on v.trace_no = s.trace_no and v.eval_key = x.k
  where s.project_no = ${project_no} and v.project_no = ${project_no}`

async function findGone(sql: Transaction, project_no: number, wanted: Wanted[]) {
  const trace_keys = [...new Set(wanted.map(({ trace_key }) => trace_key))]
  const log_ids = [...new Set(wanted.map(({ log_id }) => log_id))]
  const rows = await sql<{ trace_key: string; eval_logs: string[] }[]>`
    select trace_key, eval_logs::text[] from expired_traces
    where project_no = ${project_no}
      and (trace_key = any(${trace_keys}::text[]) or eval_logs && ${log_ids}::uuid[])
    union all
    select x.trace_key, x.eval_logs::text[] from erasure_traces x join erasures e using (erasure_id)
    where e.project_no = ${project_no}
      and (x.trace_key = any(${trace_keys}::text[]) or x.eval_logs && ${log_ids}::uuid[])`
  const keys = new Set(rows.map(({ trace_key }) => trace_key))
  const logs = new Set(rows.flatMap(({ eval_logs }) => eval_logs))
  return new Set(wanted.filter((w) => keys.has(w.trace_key) || logs.has(w.log_id)).map(placeKey))
}

/** Looks for items of one project in the tables, by the keys under which the lane files them. */
export async function findItems(
  sql: Transaction,
  project_no: number,
  wanted: Wanted[],
): Promise<Whereabouts> {
  const trace_keys = [...new Set(wanted.map(({ trace_key }) => trace_key))]
  const traces = await sql<Trace[]>`
    select trace_key, trace_no, trace_day::text from traces
    where project_no = ${project_no} and trace_key = any(${trace_keys}::text[])`
  const byKey = new Map(traces.map((trace) => [trace.trace_key, trace]))
  const placed = wanted.flatMap((item) => {
    const trace = byKey.get(item.trace_key)
    return trace ? [{ ...item, ...trace }] : []
  })
  const found: Place[] = []
  for (const [day, list] of Map.groupBy(placed, ({ trace_day }) => trace_day)) {
    found.push(...(await findOfDay(sql, project_no, day, list)))
  }
  const nameless = wanted.filter(({ trace_key }) => trace_key === '')
  if (nameless.length > 0) found.push(...(await findOfSpans(sql, project_no, nameless)))
  const here = new Set(found.map(placeKey))
  const missing = wanted.filter((item) => !here.has(placeKey(item)))
  const gone = missing.length > 0 ? await findGone(sql, project_no, missing) : new Set<string>()
  return { found: here, gone }
}
