import type { Sql } from '#shared/store/connect.ts'
import type { Findings } from './findings.ts'

type Position = { created_at: string; decision_id: string }
type Row = Position & {
  homeless: boolean
  snapshot: boolean
  span: boolean
  runs: number
  stray_runs: number
}

const PAGE = 1000
const BEFORE_ALL: Position = {
  created_at: '1970-01-01T00:00:00Z',
  decision_id: '00000000-0000-0000-0000-000000000000',
}

/**
 * A page of decisions with what of each is in the record. Whose trace has expired or was erased is homeless: a trace of
 * that id which is there all the same came anew, and knows nothing of it.
 */
const readPage = (sql: Sql, project_no: number, day: string | undefined, after: Position) => sql<Row[]>`
  select d.created_at::text, d.decision_id, t.trace_no is null or d.evidence is null or x.trace_key is not null homeless,
    t.decision is not null snapshot, s.span_key is not null span, r.runs, r.stray_runs
  from (
    select created_at, decision_id, trace_key, span_key, evidence from decisions
    where project_no = ${project_no}
      and (created_at, decision_id) > (${after.created_at}::text::timestamptz, ${after.decision_id}::uuid)
      and created_at >= ${day ?? '1970-01-01'}::text::date and created_at < ${day ?? '9999-01-01'}::text::date + 1
    order by created_at, decision_id limit ${PAGE}) d
  left join traces t on t.project_no = ${project_no} and t.trace_key = d.trace_key
  left join expired_traces x on x.project_no = ${project_no} and x.trace_key = d.trace_key
  left join spans s on s.project_no = ${project_no} and s.trace_no = t.trace_no and s.trace_day = t.trace_day
    and s.span_key = d.span_key
  cross join lateral (
    select count(*)::int runs, count(*) filter (where j.span_key is null)::int stray_runs
    from judge_runs r left join spans j on j.project_no = ${project_no} and j.trace_no = t.trace_no
      and j.trace_day = t.trace_day and j.span_key = r.span_key and j.parent_key = d.span_key
    where r.decision_id = d.decision_id) r
  order by d.created_at, d.decision_id`

/** Checks that what was decided is on its trace, while that is there: its span, the spans of its judges, the outcome. */
export async function verifyDecisions(
  sql: Sql,
  { project_no, day }: { project_no: number; day: string | undefined },
  findings: Findings,
): Promise<void> {
  for (let after: Position | undefined = BEFORE_ALL; after;) {
    const page: Row[] = await readPage(sql, project_no, day, after)
    findings.check('decisions', page.length)
    for (const { decision_id, homeless, snapshot, span, runs, stray_runs } of page) {
      if (homeless) continue
      const wrong = [
        ...(span ? [] : ['has no span']),
        ...(stray_runs > 0 ? [`${stray_runs} of its ${runs} judges have no span below it`] : []),
        ...(snapshot ? [] : ['its trace shows no decision']),
      ]
      if (wrong.length > 0) findings.fault('decisions', `decision ${decision_id}: ${wrong.join(', ')}`)
    }
    after = page.length === PAGE ? page.at(-1) : undefined
  }
}
