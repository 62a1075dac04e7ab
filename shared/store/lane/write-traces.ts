import type postgres from 'postgres'
import { shownId } from '../../ids.ts'
import { packWinners } from '../../schema/merge.ts'
import { ERROR } from '../../schema/status.ts'
import { writeTime } from '../../time.ts'
import { announce } from '../announce.ts'
import { arrayLiteral, hexBytes } from '../array-literal.ts'
import { packSources } from '../sources.ts'
import type { TraceGroup } from './group.ts'

const HOUR_US = 3_600_000_000

type Scalar = string | number | boolean | null
type Column = { name: string; type: string; of: (group: TraceGroup) => Scalar }

const column = (name: string, type: string, of: Column['of']): Column => ({ name, type, of })
const time = (micros: number | null) => (micros === null ? null : writeTime(micros))

/** Set once, when the trace is first seen. */
const FIRST: Column[] = [
  column('trace_day', 'date', (g) => g.trace_day),
  column('id_form', 'smallint', (g) => g.trace.form),
  column('trace_id', 'text', (g) => g.trace.text),
]

/** Follow every change. */
const CHANGING: Column[] = [
  column('start_time', 'timestamptz', (g) => time(g.state.start_time)),
  column('start_said', 'boolean', (g) => g.state.start_said),
  column('end_time', 'timestamptz', (g) => time(g.state.shown.end_time)),
  column('status', 'smallint', (g) => g.state.shown.status),
  column('said_status', 'smallint', (g) => g.state.said?.values.status ?? null),
  column('root_key', 'text', (g) => g.state.root?.span_key ?? null),
  column('root_start', 'timestamptz', (g) => time(g.state.root?.start_time ?? null)),
  column('total_spans', 'int', (g) => g.state.total_spans),
  column('ended_spans', 'int', (g) => g.state.ended_spans),
  column('error_count', 'int', (g) => g.state.error_count),
  column('input_tokens', 'bigint', (g) => g.state.input_tokens),
  column('output_tokens', 'bigint', (g) => g.state.output_tokens),
  column('cost_nano', 'bigint', (g) => g.state.cost_nano),
  column('costed_spans', 'int', (g) => g.state.costed_spans),
  column('external_id', 'text', (g) => g.state.shown.external_id),
  column('name', 'text', (g) => g.state.shown.name),
  column('model', 'text', (g) => g.state.shown.model),
  column('environment', 'text', (g) => g.state.shown.environment),
  column('release', 'text', (g) => g.state.shown.release),
  column('user_id', 'text', (g) => g.state.shown.user_id),
  column('session_id', 'text', (g) => g.state.shown.session_id),
  column('input_preview', 'text', (g) => g.state.shown.input_preview),
  column('output_preview', 'text', (g) => g.state.shown.output_preview),
  column('tags', 'text[]', (g) => (g.state.shown.tags ? arrayLiteral(g.state.shown.tags) : null)),
  column('user_review_passed', 'boolean', (g) => g.state.shown.user_review_passed),
  column('sources', 'bytea', (g) => hexBytes(g.state.said ? packSources(g.state.said.sources) : null)),
  column('winners', 'bytea', (g) => hexBytes(g.state.said ? packWinners(g.state.said.winners) : null)),
]

const KEY: Column[] = [
  column('project_no', 'int', (g) => g.project_no),
  column('trace_key', 'text', (g) => g.trace.key),
]

/** An array of arrays would have to be rectangular: lists travel as text and are cast row by row. */
const element = (type: string) => (type.endsWith('[]') ? 'text' : type)

const unnest = (columns: Column[], from: number) =>
  `unnest(${columns.map(({ type }, index) => `$${from + index}::text::${element(type)}[]`).join(', ')})
   x(${columns.map(({ name }) => name).join(', ')})`

const cast = ({ name, type }: Column) => (element(type) === type ? `x.${name}` : `x.${name}::${type}`)

const parameters = (columns: Column[], groups: TraceGroup[]) =>
  columns.map(({ of }) => arrayLiteral(groups.map(of)))

/** No saying of the trace: the gate decides, and a rebuild from sayings leaves it as it is. */
const DECISION = column('decision', 'jsonb', (g) => (g.decision ? JSON.stringify(g.decision) : null))

const ALL = [...KEY, ...FIRST, ...CHANGING, DECISION]

/** Whoever writes a trace marks the hour of its start, in the same statement: its figures are to be counted anew. */
const INSERT = `
  with made as (
    insert into traces (${ALL.map(({ name }) => name).join(', ')}, created_at, updated_at, version)
    select ${ALL.map(cast).join(', ')}, $1::timestamptz, $1::timestamptz, 1 from ${unnest(ALL, 2)}
    on conflict (project_no, trace_key) do nothing
    returning project_no, trace_key, trace_no, start_time
  ), marked as (
    insert into rollup_marks (project_no, hour)
    select distinct project_no, date_trunc('hour', start_time, 'UTC') from made
  )
  select project_no, trace_key, trace_no from made`

const UPDATE = `
  with marked as (
    insert into rollup_marks (project_no, hour)
    select * from unnest($2::text::int[], $3::text::timestamptz[])
  )
  update traces t set ${CHANGING.map((c) => `${c.name} = ${cast(c)}`).join(', ')},
    decision = case when x.decision is null or t.decision ->> 'at' > x.decision ->> 'at'
      then t.decision else x.decision end,
    updated_at = $1::timestamptz, version = t.version + 1
  from ${unnest([...KEY, ...CHANGING, DECISION], 4)}
  where t.project_no = x.project_no and t.trace_key = x.trace_key`

/**
 * Inserts the traces that nobody has seen; what comes back is new and this lane's own, so all its spans are new too.
 * Waits only for other inserters, in the order of the groups.
 */
export async function insertTraces(sql: postgres.ISql, groups: TraceGroup[], now: number): Promise<void> {
  const rows = await sql.unsafe<{ project_no: number; trace_key: string; trace_no: string }[]>(
    INSERT,
    [writeTime(now), ...parameters(ALL, groups)],
    { prepare: true },
  )
  const numbers = new Map(rows.map((row) => [`${row.project_no} ${row.trace_key}`, row.trace_no]))
  for (const group of groups) group.trace_no = numbers.get(`${group.project_no} ${group.trace.key}`) ?? null
}

/** In which columns two states of a trace are not the same row. */
export const differingColumns = (a: TraceGroup, b: TraceGroup): string[] =>
  CHANGING.filter(({ of }) => of(a) !== of(b)).map(({ name }) => name)

/** The hours in which these traces start, and started until now; each once. */
function hoursOf(groups: TraceGroup[]): [string, string] {
  const hours = new Map<string, { project_no: number; hour: number }>()
  for (const { project_no, state, started_before } of groups) {
    for (const start of [state.start_time, started_before]) {
      if (start === null) continue
      const hour = start - (start % HOUR_US)
      hours.set(`${project_no} ${hour}`, { project_no, hour })
    }
  }
  const marks = [...hours.values()]
  return [
    arrayLiteral(marks.map(({ project_no }) => project_no)),
    arrayLiteral(marks.map(({ hour }) => writeTime(hour))),
  ]
}

export async function updateTraces(sql: postgres.ISql, groups: TraceGroup[], now: number): Promise<void> {
  if (groups.length === 0) return
  await sql.unsafe(
    UPDATE,
    [writeTime(now), ...hoursOf(groups), ...parameters([...KEY, ...CHANGING, DECISION], groups)],
    { prepare: true },
  )
}

/** Tells the outside of traces that this transaction makes fail; gives whether there are any. */
export async function announceFailures(
  sql: postgres.ISql,
  groups: TraceGroup[],
  now: number,
): Promise<boolean> {
  const failed = groups.filter(({ state, failed_before }) => state.shown.status === ERROR && !failed_before)
  if (failed.length === 0) return false
  const news = failed.map(({ project_no, trace }) => ({
    ...{ project_no, event: 'trace.failed' as const },
    payload: { trace_id: shownId(trace.key, trace.form, trace.text) },
  }))
  return announce(sql, news, new Date(now / 1000))
}
