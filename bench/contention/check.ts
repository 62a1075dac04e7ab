import type { Sql } from '#shared/store/connect.ts'
import type { Deps } from '#shared/service.ts'
import { verify } from '../../ingest/upkeep/verify.ts'
import type { Round } from './sayings.ts'

type Found = { trace_key: string; total_spans: number; spans: string[]; days: number; at_home: boolean }

/** What is wrong with a project that got one round: its counters, its spans, the days of its traces. */
export async function checkRound(
  deps: Deps,
  project_id: string,
  { traces, evals }: Round,
): Promise<string[]> {
  const { faults } = await verify(deps, { project_id })
  const wrong = [...faults]
  const found = await readTraces(deps.database.sql, project_id, [...traces.keys()])
  for (const [trace_id, spans] of traces) {
    const rows = found.filter(({ trace_key }) => trace_key === trace_id.replaceAll('-', ''))
    const [row] = rows
    const stored = row?.spans ?? []
    if (!row || rows.length > 1) wrong.push(`trace ${trace_id} has ${rows.length} rows`)
    else if (row.days !== 1 || !row.at_home) wrong.push(`the spans of ${trace_id} lie in ${row.days} days`)
    const lost = [...spans].filter((key) => !stored.includes(key))
    if (lost.length > 0) wrong.push(`trace ${trace_id} has lost ${lost.join(', ')}`)
    if (stored.length !== spans.size || row?.total_spans !== spans.size)
      wrong.push(
        `trace ${trace_id}: ${stored.length} stored, ${row?.total_spans} counted, ${spans.size} sent`,
      )
  }
  const [count] = await deps.database.sql<[{ evals: number }]>`
    select count(*)::int evals from evals join projects using (project_no) where project_id = ${project_id}`
  if (count.evals !== evals) wrong.push(`${count.evals} evaluations stored, ${evals} sent`)
  return wrong
}

const readTraces = async (sql: Sql, project_id: string, trace_ids: string[]) => sql<Found[]>`
  select t.trace_key, t.total_spans, array_agg(s.span_key) spans, count(distinct s.trace_day)::int days,
    bool_and(s.trace_day = t.trace_day) at_home
  from projects p join traces t using (project_no)
    join spans s on s.project_no = t.project_no and s.trace_no = t.trace_no
  where p.project_id = ${project_id} and t.trace_key = any(${trace_ids.map((id) => id.replaceAll('-', ''))})
  group by t.trace_key, t.trace_no, t.total_spans`
