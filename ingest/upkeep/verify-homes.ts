import type { Sql } from '#shared/store/connect.ts'
import type { Findings } from './findings.ts'

/** Rows of one project, of a UTC day or of all days from the retention horizon on. */
export type Homes = { project_no: number; day: string | undefined; horizon: string }

type Stray = { what: string; key: string; trace_no: string }

/** More than enough to see that something is very wrong. */
const MOST = 1000

/** The days that have a leaf of spans, whether a trace says that it lies there or not. */
async function daysOf(sql: Sql, { day, horizon }: Homes): Promise<string[]> {
  const rows = await sql<{ day: string }[]>`
    select to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD')::text "day" from pg_inherits
    where inhparent = 'spans'::regclass
      and to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD')
        between ${day ?? horizon}::text::date and ${day ?? 'infinity'}::text::date
    order by 1`
  return rows.map((row) => row.day)
}

/** A day at a time is one leaf of each table, which is joined by its index in bounded memory. */
async function verifyDay(sql: Sql, project_no: number, day: string, findings: Findings): Promise<Stray[]> {
  const [row] = await sql<[{ rows: number }]>`
    select (select count(*) from spans where project_no = ${project_no} and trace_day = ${day}::text::date)::int
      + (select count(*) from span_events
        where project_no = ${project_no} and trace_day = ${day}::text::date)::int "rows"`
  findings.check('homes', row.rows)
  if (row.rows === 0) return []
  // With the limit outside, no plan is chosen that is fast only where strays are many.
  return sql<Stray[]>`
    with strays as materialized (
    select 'span' what, s.span_key "key", s.trace_no from spans s
    where s.project_no = ${project_no} and s.trace_day = ${day}::text::date
      and not exists (select from traces t where t.project_no = ${project_no} and t.trace_no = s.trace_no
        and t.trace_day = ${day}::text::date)
    union all
    select 'event' what, e.event_key "key", e.trace_no from span_events e
    where e.project_no = ${project_no} and e.trace_day = ${day}::text::date
      and not exists (select from traces t where t.project_no = ${project_no} and t.trace_no = e.trace_no
        and t.trace_day = ${day}::text::date))
    select what, "key", trace_no from strays limit ${MOST}`
}

async function verifyEvals(sql: Sql, project_no: number, findings: Findings): Promise<Stray[]> {
  const [row] = await sql<[{ rows: number }]>`
    select count(*)::int "rows" from evals where project_no = ${project_no}`
  findings.check('homes', row.rows)
  return sql<Stray[]>`
    select 'evaluation' what, v.eval_key "key", v.trace_no from evals v
    where v.project_no = ${project_no}
      and not exists (select from traces t where t.project_no = ${project_no} and t.trace_no = v.trace_no)
    limit ${MOST}`
}

/**
 * Finds spans, events and evaluations whose trace is not there, or lies in another day: a second copy of a span, say.
 * Days before the horizon are left out, since retention takes their traces before it drops them as a whole.
 */
export async function verifyHomes(sql: Sql, homes: Homes, findings: Findings): Promise<void> {
  const { project_no } = homes
  const strays: Stray[] = []
  for (const day of await daysOf(sql, homes))
    strays.push(...(await verifyDay(sql, project_no, day, findings)))
  strays.push(...(await verifyEvals(sql, project_no, findings)))
  for (const { what, key, trace_no } of strays) {
    findings.fault('homes', `${what} ${key}: trace number ${trace_no} is not there, or not in its day`)
  }
}
