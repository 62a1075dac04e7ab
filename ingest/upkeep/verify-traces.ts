import { protocolOf } from '#shared/protocol/index.ts'
import type { Item } from '#shared/protocol/saying.ts'
import type { Sql, Transaction } from '#shared/store/connect.ts'
import type { Document } from '#shared/store/read-documents.ts'
import { isHeader, unpackSources } from '#shared/store/sources.ts'
import { walkBodies } from '#shared/store/upkeep/walk-bodies.ts'
import type { Rebuilding } from '#shared/store/upkeep/rebuild-traces.ts'
import type { Findings } from './findings.ts'
import { miscounted, recount, type CountedSpan, type Counters } from './recount.ts'
import { verifyValues } from './verify-values.ts'

type Trace = Counters & { trace_no: string; trace_key: string; trace_day: string; sources: Uint8Array | null }
type Span = CountedSpan & { trace_no: string; sources: Uint8Array }
type Row = { trace_no: string; key: string; log_id: string; ordinal: number }

/** One pointer of a row into the log, and whether what stands there is what the row is of. */
type Pointer = { log_id: string; ordinal: number; of: string; fits: (item: Item) => boolean }

/** By what the rows are checked and where it is noted. */
export type Checking = { findings: Findings; rebuilding: Rebuilding }

const PAGE = 200
const PAGE_SPANS = 10_000

const COUNTERS = [
  'total_spans',
  'ended_spans',
  'error_count',
  'input_tokens',
  'output_tokens',
  'cost_nano',
  'costed_spans',
] as const satisfies readonly (keyof Counters)[]

function checkCounters(trace: Trace, spans: Span[], findings: Findings): void {
  findings.check('counters', 1)
  const counted = recount(spans)
  const wrong = COUNTERS.filter((name) => trace[name] !== counted[name]).map(
    (name) => `${name} is ${trace[name]} and should be ${counted[name]}`,
  )
  const children = miscounted(spans)
  if (children.length > 0)
    wrong.push(`usage_children of ${children.length} spans is wrong, first ${children[0]}`)
  if (wrong.length > 0) findings.fault('counters', `trace ${trace.trace_key}: ${wrong.join(', ')}`)
}

const pointersOf = (trace: Trace, spans: Span[], events: Row[], evals: Row[]): Pointer[] => [
  ...(trace.sources ? unpackSources(trace.sources) : []).map(({ log_id, ordinal }) => ({
    log_id,
    ordinal,
    of: `trace ${trace.trace_key}`,
    // Of a header nothing is asked; a span may have words for its trace.
    fits: ({ about, trace: named }: Item) => Boolean(about) && named.key === trace.trace_key,
  })),
  ...spans.flatMap(({ sources, span_key }) =>
    unpackSources(sources).map(({ log_id, ordinal }) => ({
      log_id,
      ordinal,
      of: `span ${span_key} of trace ${trace.trace_key}`,
      fits: ({ span, trace: named }: Item) => span?.span.key === span_key && named.key === trace.trace_key,
    })),
  ),
  ...events.map(({ key, log_id, ordinal }) => ({
    log_id,
    ordinal,
    of: `event ${key} of trace ${trace.trace_key}`,
    fits: (item: Item) => item.key === key && item.evaluation === null && item.trace.key === trace.trace_key,
  })),
  ...evals.map(({ key, log_id, ordinal }) => ({
    log_id,
    ordinal,
    of: `evaluation ${key} of trace ${trace.trace_key}`,
    fits: (item: Item) => item.key === key && item.evaluation !== null,
  })),
]

function readsBack({ protocol, document }: Document, pointer: Pointer): boolean {
  try {
    if (isHeader(pointer)) return protocol.header(document) !== null
    const item = protocol.item(document, pointer.ordinal)
    return item !== null && pointer.fits(item)
  } catch {
    return false
  }
}

async function checkPointers(sql: Transaction, pointers: Pointer[], findings: Findings): Promise<void> {
  const byLog = Map.groupBy(pointers, ({ log_id }) => log_id)
  findings.check('sources', pointers.length)
  for await (const { log_id, found } of walkBodies(sql, [...byLog.keys()], protocolOf)) {
    for (const pointer of byLog.get(log_id) ?? []) {
      if (found && readsBack(found, pointer)) continue
      findings.fault(
        'sources',
        `${pointer.of}: nothing of it reads at ${pointer.ordinal} of request ${log_id}`,
      )
    }
    byLog.delete(log_id)
  }
  for (const pointer of [...byLog.values()].flat()) {
    findings.fault('sources', `${pointer.of}: request ${pointer.log_id} has no body`)
  }
}

const readSpans = async (sql: Transaction, project_no: number, day: string, trace_nos: string[]) => sql<
  Span[]
>`
  select trace_no, span_key, parent_key, span_type, end_time is not null ended, status, input_tokens, output_tokens,
    cost_nano, usage_children, sources
  from spans
  where project_no = ${project_no} and trace_day = ${day}::text::date and trace_no = any(${trace_nos}::bigint[])`

const readEvents = async (sql: Transaction, project_no: number, day: string, trace_nos: string[]) => sql<
  Row[]
>`
  select trace_no, event_key "key", log_id, ordinal from span_events
  where project_no = ${project_no} and trace_day = ${day}::text::date and trace_no = any(${trace_nos}::bigint[])`

const readEvals = async (sql: Transaction, project_no: number, trace_nos: string[]) => sql<Row[]>`
  select trace_no, eval_key "key", log_id, ordinal from evals
  where project_no = ${project_no} and trace_no = any(${trace_nos}::bigint[])`

async function checkDay(
  sql: Transaction,
  project_no: number,
  day: string,
  traces: Trace[],
  { findings, rebuilding }: Checking,
): Promise<void> {
  const trace_nos = traces.map(({ trace_no }) => trace_no)
  const by = <T extends { trace_no: string }>(rows: T[]) => Map.groupBy(rows, ({ trace_no }) => trace_no)
  const spans = by(await readSpans(sql, project_no, day, trace_nos))
  const events = by(await readEvents(sql, project_no, day, trace_nos))
  const evals = by(await readEvals(sql, project_no, trace_nos))
  const pointers: Pointer[] = []
  for (const trace of traces) {
    const { trace_no } = trace
    const own = spans.get(trace_no) ?? []
    checkCounters(trace, own, findings)
    pointers.push(...pointersOf(trace, own, events.get(trace_no) ?? [], evals.get(trace_no) ?? []))
  }
  await checkPointers(sql, pointers, findings)
  const trace_keys = traces.map(({ trace_key }) => trace_key)
  await verifyValues(sql, { project_no, trace_day: day, trace_keys }, rebuilding, findings)
}

/** As many traces as have so many spans between them, the first one always. */
function prefix(page: Trace[]): Trace[] {
  let spans = 0
  const past = page.findIndex(({ total_spans }, index) => (spans += total_spans) > PAGE_SPANS && index > 0)
  return past === -1 ? page : page.slice(0, past)
}

/** Checks the rows of a project's traces against the log and against each other, each page as it was at one moment. */
export async function verifyTraces(
  sql: Sql,
  project_no: number,
  day: string | undefined,
  checking: Checking,
  hear: (traces: number) => void,
): Promise<void> {
  let last: { trace_day: string; trace_no: string } | undefined = {
    trace_day: day ?? '0001-01-01',
    trace_no: '0',
  }
  while (last) {
    const after: { trace_day: string; trace_no: string } = last
    last = await sql.begin('isolation level repeatable read read only', async (tx) => {
      const page = await tx<Trace[]>`
        select trace_no, trace_key, trace_day::text, sources, total_spans, ended_spans, error_count, input_tokens,
          output_tokens, cost_nano, costed_spans
        from traces
        where project_no = ${project_no}
          and (trace_day, trace_no) > (${after.trace_day}::text::date, ${after.trace_no}::bigint)
          and trace_day <= ${day ?? 'infinity'}::text::date
        order by trace_day, trace_no limit ${PAGE}`
      const traces = prefix(page)
      for (const [trace_day, list] of Map.groupBy(traces, (trace) => trace.trace_day)) {
        await checkDay(tx, project_no, trace_day, list, checking)
      }
      hear(traces.length)
      return traces.at(-1)
    })
  }
}
