import type postgres from 'postgres'
import { readable } from '#shared/protocol/clean.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { readHeaders, readPayloads } from '#shared/store/read-payloads.ts'
import { unpackSources } from '#shared/store/sources.ts'
import type { TraceRow } from '../traces/show-trace.ts'

/** A preview that has this many characters was cut, or just fits. */
const PREVIEW = 200
const MOST_CHARACTERS = 8000
/** Inflated bodies that one answer may need. */
const BUDGET_BYTES = 16 * 1024 * 1024

export type TurnRow = TraceRow & { packed: Uint8Array | null }
type Text = { text: string | null; cut: boolean }
export type Texts = { input: Text; output: Text }
type Root = { trace_no: string; packed: Uint8Array }

const isLong = (text: string | null) => text !== null && text.length >= PREVIEW

/** The root spans of some traces: a trace that says no input or output of its own has those of its root. */
const readRoots = (sql: postgres.ISql, project_no: number, trace_nos: string[]) => sql<Root[]>`
  select t.trace_no, s.sources as packed
  from traces t
  join spans s on s.project_no = t.project_no and s.trace_no = t.trace_no and s.trace_day = t.trace_day
    and s.span_key = t.root_key
  where t.project_no = ${project_no} and t.trace_no = any(${trace_nos}::bigint[])`

/** What is shown of a text: all that was said up to a limit, or the preview where no more can be read. */
function show(preview: string | null, said: unknown): Text {
  if (!isLong(preview)) return { text: preview, cut: false }
  if (said === undefined || said === null) return { text: preview, cut: true }
  const whole = readable(said)
  return {
    text: whole.slice(0, MOST_CHARACTERS).toWellFormed().replaceAll('\0', '�'),
    cut: whole.length > MOST_CHARACTERS,
  }
}

/** Inputs and outputs of turns, beyond their previews where those were cut; the log has them. */
export async function readTexts(
  sql: postgres.ISql,
  documents: DocumentReader,
  project_no: number,
  rows: TurnRow[],
): Promise<Texts[]> {
  const long = rows.filter(
    ({ input_preview, output_preview }) => isLong(input_preview) || isLong(output_preview),
  )
  const roots =
    long.length === 0
      ? []
      : await readRoots(
          sql,
          project_no,
          long.map(({ trace_no }) => trace_no),
        )
  const spans = roots.map(({ trace_no, packed }) => ({ trace_no, sources: unpackSources(packed) }))
  const sources = long.map(({ packed }) => (packed ? unpackSources(packed) : []))
  const headers = await readHeaders(documents, sql, sources, BUDGET_BYTES)
  const read = await readPayloads(documents, sql, { trace: [], spans, events: [] }, BUDGET_BYTES)
  const rootOf = new Map(read.spans.map(({ trace_no, payload }) => [trace_no, payload]))
  const headerOf = new Map(long.map(({ trace_no }, at) => [trace_no, headers[at]]))
  return rows.map(({ trace_no, input_preview, output_preview }) => {
    const [said, root] = [headerOf.get(trace_no), rootOf.get(trace_no)]
    return {
      input: show(input_preview, said?.input ?? root?.input),
      output: show(output_preview, said?.output ?? root?.output),
    }
  })
}
