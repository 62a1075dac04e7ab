import type { Static } from '@sinclair/typebox'
import type postgres from 'postgres'
import type { ListedSession } from '#shared/contract/sessions.ts'
import { writeTime } from '#shared/time.ts'
import { timeOrNull } from '../traces/show-trace.ts'

/** Turns of which the figures of a session are; more are not looked at. */
export const MOST_TURNS = 1000

/** Turns at either end of a session that are asked for a text or a user. */
const SPOKEN = 20

/** What a session comes to; times in microseconds since 1970. */
export type SessionRow = {
  id: string
  turns: number
  turns_capped: boolean
  failed: number
  running: number
  start_time: number
  last_activity: number
  end_time: number | null
  input_tokens: number
  output_tokens: number
  cost_nano: number
  costed: number
  p50_ms: number | null
  busy_ms: number
  user_id: string | null
  first_input: string | null
  last_output: string | null
}

/** The figures of some sessions, in their order. Each costs the same, however many turns it has. */
export const readFigures = (sql: postgres.ISql, project_no: number, ids: string[]) => sql<SessionRow[]>`
  select wanted.id, figures.*, last_user.user_id, first_said.input_preview as first_input,
    last_said.output_preview as last_output,
    figures.turns = ${MOST_TURNS} and exists (
      select 1 from traces t where t.project_no = ${project_no} and t.session_id = wanted.id
      order by t.start_time desc, t.trace_no desc offset ${MOST_TURNS} limit 1) as turns_capped
  from unnest(${ids}::text[]) with ordinality wanted (id, place)
  cross join lateral (
    select count(*)::int as turns,
      (count(*) filter (where status = 2))::int as failed, (count(*) filter (where status = 0))::int as running,
      (extract(epoch from min(start_time)) * 1000000)::float8 as start_time,
      (extract(epoch from max(start_time)) * 1000000)::float8 as last_activity,
      (extract(epoch from max(end_time)) * 1000000)::float8 as end_time,
      sum(input_tokens)::float8 as input_tokens, sum(output_tokens)::float8 as output_tokens,
      sum(cost_nano)::float8 as cost_nano, sum(costed_spans)::float8 as costed,
      percentile_cont(0.5) within group (order by took) filter (where took >= 0) as p50_ms,
      coalesce(sum(took) filter (where took >= 0), 0) as busy_ms
    from (
      select t.*, (extract(epoch from t.end_time - t.start_time) * 1000)::float8 as took
      from traces t where t.project_no = ${project_no} and t.session_id = wanted.id
      order by t.start_time desc, t.trace_no desc limit ${MOST_TURNS}) newest
  ) figures
  left join lateral (
    select user_id from (
      select t.user_id from traces t where t.project_no = ${project_no} and t.session_id = wanted.id
      order by t.start_time desc, t.trace_no desc limit ${SPOKEN}) newest
    where user_id is not null limit 1) last_user on true
  left join lateral (
    select output_preview from (
      select t.output_preview from traces t where t.project_no = ${project_no} and t.session_id = wanted.id
      order by t.start_time desc, t.trace_no desc limit ${SPOKEN}) newest
    where output_preview is not null limit 1) last_said on true
  left join lateral (
    select input_preview from (
      select t.input_preview from traces t where t.project_no = ${project_no} and t.session_id = wanted.id
      order by t.start_time, t.trace_no limit ${SPOKEN}) oldest
    where input_preview is not null limit 1) first_said on true
  where figures.turns > 0
  order by wanted.place`

/** A session as the API shows it. */
export const showSession = ({ costed, cost_nano, ...row }: SessionRow): Static<typeof ListedSession> => ({
  ...row,
  start_time: writeTime(row.start_time),
  last_activity: writeTime(row.last_activity),
  end_time: timeOrNull(row.end_time),
  cost_usd: costed === 0 ? null : cost_nano / 1e9,
})
