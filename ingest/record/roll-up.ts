import type { Deps } from '#shared/service.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { countSpans, countTraces } from '#shared/store/rollups/count-rows.ts'

const HOUR_MS = 3_600_000
/** Hours in one pass; the others' turn comes with the next. */
export const HOURS = 100
/** More marks of an hour that is not over are squashed into one. */
const SQUASH_MARKS = 50

type Marked = { project_no: number; hour: Date; marks: number }

/**
 * One process at a time works on an hour. The lock is taken in a statement of its own, so that whatever comes after sees
 * all that an earlier holder committed.
 */
async function lockHour(sql: Transaction, { project_no, hour }: Marked): Promise<boolean> {
  const [row] = await sql<[{ held: boolean }]>`
    select pg_try_advisory_xact_lock(${project_no}::int, ${hour.getTime() / HOUR_MS}::int) held`
  return row.held
}

/** Takes the marks of an hour that are there; what a lane commits later leaves its own, so the hour is counted again. */
const claim = async (sql: Transaction, { project_no, hour }: Marked) => sql`
  delete from rollup_marks where ctid in (
    select ctid from rollup_marks where project_no = ${project_no} and hour = ${hour} for update skip locked)`

/** The figures of an hour as they are rolled up; null without a trace. */
export async function figuresOf(sql: Transaction, project_no: number, hour: Date) {
  const since = hour.getTime() * 1000
  const pieces = [{ since, until: since + HOUR_MS * 1000 }]
  const { figures, ...days } = await countTraces(sql, project_no, pieces)
  const [traces] = figures
  if (!traces || days.first_day === null) return null
  const spans = await countSpans(sql, project_no, pieces, days)
  return {
    ...{ statuses: traces.statuses, latency: traces.latency.pack() },
    ...{ input_tokens: traces.input_tokens, output_tokens: traces.output_tokens },
    ...{ cost_nano: traces.cost_nano, costed: traces.costed },
    decisions: Object.fromEntries(traces.decisions),
    environments: Object.fromEntries(traces.environments),
    span_types: Object.fromEntries(spans.span_types),
    models: [...spans.models].map(([model, of]) => [
      ...[model, of.spans, of.errors, of.input_tokens, of.output_tokens, of.cost_nano],
    ]),
  }
}

async function countHour(sql: Transaction, { project_no, hour }: Marked): Promise<void> {
  const figures = await figuresOf(sql, project_no, hour)
  if (!figures) {
    await sql`delete from rollups where project_no = ${project_no} and hour = ${hour}`
    return
  }
  const { decisions, environments, span_types, models } = figures
  const row = {
    ...{ ...figures, project_no, hour, decisions: sql.json(decisions), environments: sql.json(environments) },
    ...{ span_types: sql.json(span_types), models: sql.json(models) },
  }
  await sql`
    insert into rollups ${sql(row)} on conflict (project_no, hour) do update set
      statuses = excluded.statuses, latency = excluded.latency, input_tokens = excluded.input_tokens,
      output_tokens = excluded.output_tokens, cost_nano = excluded.cost_nano, costed = excluded.costed,
      decisions = excluded.decisions, environments = excluded.environments, span_types = excluded.span_types,
      models = excluded.models`
}

/** Counts an hour anew in the transaction that takes its marks; false when another process has done it, or is at it. */
const rollUpHour = async ({ database }: Deps, marked: Marked): Promise<boolean> =>
  database.sql.begin(async (sql) => {
    await sql`set local statement_timeout = '60s'`
    if (!(await lockHour(sql, marked))) return false
    const { count } = await claim(sql, marked)
    if (count === 0) return false
    await countHour(sql, marked)
    return true
  })

/** An hour that is not over is read from its traces anyway; one mark says as much as many. */
const squash = async ({ database }: Deps, marked: Marked): Promise<void> =>
  database.sql.begin(async (sql) => {
    if (!(await lockHour(sql, marked))) return
    const { count } = await claim(sql, marked)
    if (count === 0) return
    await sql`insert into rollup_marks (project_no, hour) values (${marked.project_no}, ${marked.hour})`
  })

/**
 * Counts anew the hours that are over and marked as changed, the latest first; gives how many. Safe beside lanes and other
 * processes at the same work: without a mark, a committed rollup is what a recount of its hour gives.
 */
export async function rollUp(deps: Deps, stopping: () => boolean = () => false): Promise<number> {
  const hours = await deps.database.sql<Marked[]>`
    select project_no, hour, count(*)::int marks from rollup_marks group by 1, 2 order by hour desc limit ${HOURS * 2}`
  let counted = 0
  for (const marked of hours) {
    if (stopping() || counted === HOURS) break
    const is_over = marked.hour.getTime() + HOUR_MS <= deps.clock()
    if (is_over) counted += Number(await rollUpHour(deps, marked))
    else if (marked.marks > SQUASH_MARKS) await squash(deps, marked)
  }
  return counted
}
