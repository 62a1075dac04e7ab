import type postgres from 'postgres'
import { hexBytes } from '#shared/store/array-literal.ts'
import { dayOf, writeTime } from '#shared/time.ts'
import type { DecidedRow, DecidedRun } from './decided-row.ts'

type Run = DecidedRun & { project_no: number }

const runsOf = (rows: readonly DecidedRow[]): Run[] =>
  rows.flatMap(({ project_no, runs }) => runs.map((run) => ({ ...run, project_no })))

/** Rows of `decisions` as JSON, by the names of its columns. */
const decisionsJson = (rows: readonly DecidedRow[]): string =>
  JSON.stringify(
    rows.map(({ runs: _runs, case_plan: _plan, case_id: _case, ...row }) => ({
      ...row,
      created_at: writeTime(row.created_at),
      request_digest: hexBytes(row.request_digest),
    })),
  )

const runsJson = (runs: readonly Run[]): string =>
  JSON.stringify(
    runs.map((run) => ({
      ...run,
      created_at: writeTime(run.created_at),
      started_at: writeTime(run.started_at),
    })),
  )

/**
 * Writes the decisions whose keys are new with their judge runs, first in their transaction and in the order of the keys,
 * and gives those back; whoever decides under the same key in another process waits here, and then has not decided.
 */
export async function claimDecisions(sql: postgres.ISql, rows: readonly DecidedRow[]): Promise<DecidedRow[]> {
  const claimed = await sql<{ decision_id: string }[]>`
    with claimed as (
      insert into decisions
      select d.* from jsonb_populate_recordset(null::decisions, ${decisionsJson(rows)}::text::jsonb) d
      order by d.project_no, d.idempotency_key
      on conflict (project_no, idempotency_key) do nothing
      returning decision_id
    ), called as (
      insert into judge_runs
      select r.* from jsonb_populate_recordset(null::judge_runs, ${runsJson(runsOf(rows))}::text::jsonb) r
      where r.decision_id in (select decision_id from claimed)
    )
    select decision_id from claimed`
  const ours = new Set(claimed.map(({ decision_id }) => decision_id))
  return rows.filter(({ decision_id }) => ours.has(decision_id))
}

/** What the judges of some decisions cost, by project, judge and UTC day. */
function spendingOf(runs: readonly Run[]) {
  const spent = new Map<string, { project_no: number; judge: string; day: string; cost_nano: number }>()
  for (const { project_no, judge, started_at, cost_nano } of runs) {
    if (!cost_nano) continue
    const day = dayOf(started_at)
    const key = `${project_no} ${judge} ${day}`
    const before = spent.get(key)?.cost_nano ?? 0
    spent.set(key, { project_no, judge, day, cost_nano: before + cost_nano })
  }
  return [...spent.values()]
}

/** Adds what the judges of these decisions cost to their projects' days. */
export async function spend(sql: postgres.ISql, rows: readonly DecidedRow[]): Promise<void> {
  const spent = spendingOf(runsOf(rows))
  if (spent.length === 0) return
  await sql`
    insert into judge_spending
    select s.* from jsonb_populate_recordset(null::judge_spending, ${JSON.stringify(spent)}::text::jsonb) s
    order by s.project_no, s.judge, s.day
    on conflict (project_no, judge, day) do update set cost_nano = judge_spending.cost_nano + excluded.cost_nano`
}
