import { LEAVES, leafOf } from '../attach-day.ts'
import type { Sql } from '../connect.ts'

/** The tables that hold rows of these days of traces and bodies of these days of the log, as far as they are there. */
async function tablesOf(sql: Sql, trace_days: string[], log_days: string[]): Promise<string[]> {
  const wanted = [
    ...(trace_days.length > 0 ? ['traces', 'evals'] : []),
    ...trace_days.flatMap((day) => [leafOf('spans', day), leafOf('span_events', day)]),
    ...(log_days.length > 0 ? ['search_segments', 'search_queue'] : []),
    ...log_days.map((day) => leafOf('log', day)),
  ]
  const rows = await sql<{ name: string }[]>`
    select name from unnest(${wanted}::text[]) name where to_regclass(name) is not null`
  return rows.map(({ name }) => name)
}

/** A parent of leaves has samples of its own only where somebody has had it analysed. */
const sampledParents = async (sql: Sql) => sql<{ name: string }[]>`
  select distinct tablename name from pg_stats
  where schemaname = current_schema() and inherited and tablename = any(${[...LEAVES]}::text[])`

/**
 * Sweeps deleted rows out of the tables and samples them anew for the planner, whose statistics quote what they saw.
 * Waits for nobody who reads or writes; runs outside any transaction.
 */
export async function sweepDays(sql: Sql, trace_days: string[], log_days: string[]): Promise<void> {
  for (const table of await tablesOf(sql, trace_days, log_days)) await sql`vacuum (analyze) ${sql(table)}`
  for (const { name } of await sampledParents(sql)) await sql`analyze ${sql(name)}`
}

/** Sweeps what was erased of decisions, as `sweepDays` does with the record. */
export async function sweepDecisions(sql: Sql): Promise<void> {
  await sql`vacuum (analyze) decisions, judge_runs, cases`
}
