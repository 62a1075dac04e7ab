import { HubError } from '#shared/errors.ts'
import { idKey } from '#shared/ids.ts'
import { readSpans, type Row } from '#shared/mvp/read-page.ts'
import { settleSpan, settleTrace } from '#shared/mvp/settle.ts'
import { readRow, reasonOf, type Bringing, type Read, type Step } from '#shared/mvp/step.ts'
import { count, refuse } from '#shared/mvp/tally.ts'
import { traces } from '#shared/protocol/native/traces.ts'
import { knownTraces } from '#shared/store/known-traces.ts'
import { openParcels, type Parcels } from './parcels.ts'

const PARCEL_SPANS = 500
const PARCEL_BYTES = 512 * 1024
const NIL = '00000000-0000-0000-0000-000000000000'

type Trace = Read & { header: Record<string, unknown> }

/** The traces of a page that a door would take. */
function readTraces(bringing: Bringing, rows: Row[]): Map<string, Trace> {
  const { tally } = bringing
  const found = new Map<string, Trace>()
  for (const row of rows) {
    const read = readRow(bringing, 'traces', row)
    if (!read) continue
    const header = settleTrace(read.said, tally)
    try {
      traces.read({ trace: header })
      found.set(row.id, { ...read, header })
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      refuse(tally, 'traces', row.id, reasonOf(error))
    }
  }
  return found
}

async function countTraces({ deps, tally }: Bringing, found: Map<string, Trace>): Promise<void> {
  const asked = [...found.values()].map(({ id, project }) => ({
    project_no: project.project_no,
    key: idKey(id),
  }))
  const known = await knownTraces(deps.database.sql, asked)
  count(tally, 'traces', 'there', known.size)
  count(tally, 'traces', 'added', found.size - known.size)
}

/** The spans of one trace on their way: a request takes so many. */
type Load = {
  trace: Trace
  header: Record<string, unknown>
  spans: Record<string, unknown>[]
  ids: string[]
  bytes: number
}

/** What the trace says of itself goes with its first request; the others name it and no more. */
const newLoad = (trace: Trace, is_first: boolean): Load => {
  const { trace_id, start_time } = trace.header
  return { trace, header: is_first ? trace.header : { trace_id, start_time }, spans: [], ids: [], bytes: 0 }
}

const isFull = ({ ids, bytes }: Load): boolean => ids.length >= PARCEL_SPANS || bytes >= PARCEL_BYTES

async function ship(parcels: Parcels, { trace, header, spans, ids }: Load): Promise<void> {
  const rows = ids.length > 0 ? { table: 'spans', ids } : { table: 'traces', ids: [trace.id] }
  await parcels.add({ project: trace.project, protocol: traces, document: { trace: header, spans }, ...rows })
}

/** The span of a row with its trace; null and refused where a door would not take it to that trace. */
function readSpan(bringing: Bringing, row: Row, found: Map<string, Trace>) {
  const { tally } = bringing
  count(tally, 'spans', 'read')
  const trace = found.get(row.place[0] ?? '')
  if (!trace) {
    refuse(tally, 'spans', row.id, 'its trace was not brought over')
    return null
  }
  if (row.project_id !== trace.project.project_id) {
    refuse(tally, 'spans', row.id, 'its trace is of another project')
    return null
  }
  const read = readRow(bringing, 'spans', row)
  if (!read) return null
  return { trace, span: settleSpan(read.said, tally) }
}

/** The spans of some traces, trace by trace, a page in memory at a time. */
async function* spansOf({ source }: Bringing, trace_ids: string[]): AsyncGenerator<Row> {
  for (let after: [string, string] | null = [NIL, NIL]; after;) {
    const place: [string, string] = after
    const page: Row[] = await source.ask((sql) => readSpans(sql, trace_ids, place))
    yield* page
    const last = page.at(-1)
    after = last ? [last.place[0] ?? NIL, last.place[1] ?? NIL] : null
  }
}

/** Traces with their spans, as requests of the traces door; a trace without spans is a request of its own. */
async function bring(bringing: Bringing, rows: Row[]): Promise<void> {
  const found = readTraces(bringing, rows)
  await countTraces(bringing, found)
  const parcels = openParcels(bringing)
  const unsaid = new Set(found.values())
  let load: Load | null = null
  const trace_ids = rows.map(({ id }) => id)
  for await (const row of spansOf(bringing, trace_ids)) {
    const said = readSpan(bringing, row, found)
    if (!said) continue
    if (load && (load.trace !== said.trace || isFull(load))) {
      await ship(parcels, load)
      load = null
    }
    load ??= newLoad(said.trace, unsaid.delete(said.trace))
    load.spans.push(said.span)
    load.ids.push(row.id)
    load.bytes += row.said?.length ?? 0
  }
  if (load) await ship(parcels, load)
  for (const trace of unsaid) await ship(parcels, newLoad(trace, true))
  await parcels.flush()
}

export const bringTraces: Step = { table: 'traces', bring }
