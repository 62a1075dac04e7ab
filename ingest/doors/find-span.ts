import { idKey } from '#shared/ids.ts'
import type { IdRef } from '#shared/protocol/saying.ts'
import type { Deps } from '#shared/service.ts'

type Row = {
  trace_key: string
  id_form: number
  trace_id: string | null
  parent_key: string | null
  /** An int8, which the driver gives as text. */
  start_time: string | null
}

/** A span that is there already: its trace, and where and when it is; the time in microseconds. */
export type Stored = { trace: IdRef; parent_key: string | null; start_time: number | null }

/** The span with this id, for who names no trace; that of the newest trace, should more than one have it. */
export async function findSpan(
  { database }: Deps,
  project_no: number,
  id: string,
): Promise<Stored | undefined> {
  const [row] = await database.sql<Row[]>`
    select t.trace_key, t.id_form, t.trace_id, s.parent_key,
      (extract(epoch from s.start_time) * 1000000)::bigint start_time
    from spans s join traces t on t.project_no = s.project_no and t.trace_no = s.trace_no
    where s.project_no = ${project_no} and s.span_key = ${idKey(id)}
    order by t.start_time desc limit 1`
  if (!row) return undefined
  const { trace_key, id_form, trace_id, parent_key, start_time } = row
  return {
    trace: { key: trace_key, form: id_form, text: trace_id },
    parent_key,
    start_time: start_time === null ? null : Number(start_time),
  }
}
