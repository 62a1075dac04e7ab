import type postgres from 'postgres'
import { HubError } from '#shared/errors.ts'
import { idKey } from '#shared/ids.ts'
import { unpackSources, type Source } from '#shared/store/sources.ts'
import { traceColumns, traceIdOf, type TraceRow } from './show-trace.ts'

/** A trace's row, and what its other rows are found by. */
export type FoundTrace = TraceRow & {
  id: string
  /** UTC day of the partition that holds all its spans and events. */
  trace_day: string
  root_key: string | null
  sources: Source[]
}

type Row = TraceRow & { trace_day: string; root_key: string | null; packed: Uint8Array | null }

/** The trace of this project with this id; another project's trace is not found like one that never was. */
export async function findTrace(
  sql: postgres.ISql,
  project_no: number,
  trace_id: string,
): Promise<FoundTrace> {
  const [row] = await sql<Row[]>`
    select ${traceColumns(sql)}, trace_day::text as trace_day, root_key, sources as packed
    from traces where project_no = ${project_no} and trace_key = ${idKey(trace_id)}`
  if (!row) throw new HubError('trace_not_found')
  return { ...row, id: traceIdOf(row), sources: row.packed ? unpackSources(row.packed) : [] }
}
