import type postgres from 'postgres'
import { fits, type Matcher } from '#shared/search/match-texts.ts'
import { textsOf } from '#shared/search/texts-of.ts'
import type { Texts } from '#shared/search/term.ts'
import { arrayLiteral } from '#shared/store/array-literal.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { readHeaders, readPayloads } from '#shared/store/read-payloads.ts'
import { unpackSources, type Source } from '#shared/store/sources.ts'
import { matchTraces } from '../traces/match-traces.ts'
import type { Filters } from '../traces/read-filters.ts'
import type { Place } from './candidates.ts'
import type { Said } from './read-unit.ts'

/** A span, or a trace by its own words, that has what is looked for. */
export type Hit = Place & {
  trace_no: string
  span: {
    span_key: string
    id_form: number
    span_id: string | null
    name: string | null
    span_type: string | null
  } | null
  texts: Texts
}

type TraceOf = {
  trace_no: string
  trace_key: string
  trace_day: string
  name: string | null
  packed: Uint8Array | null
}
type SpanOf = NonNullable<Hit['span']> & { trace_no: string; packed: Uint8Array }
type Told = Said & { trace: TraceOf; span: SpanOf | null; sources: Source[] }

export type Verifying = {
  project_no: number
  /** The filters of the list, without its texts. */
  filters: Filters
  now_ms: number
  matcher: Matcher
  documents: DocumentReader
}

const ONE_SOURCE_BYTES = 37
const HEADER_BUDGET_BYTES = 16 * 1024 * 1024

const readTraces = async (
  sql: postgres.ISql,
  { project_no, filters, now_ms }: Verifying,
  trace_keys: string[],
) => sql<TraceOf[]>`
  select t.trace_no, t.trace_key, t.trace_day::text, t.name, t.sources packed
  ${matchTraces(sql, { project_no, filters, now_ms }, sql`and trace_key = any(${arrayLiteral(trace_keys)}::text::text[])`)}`

/** The rows of spans that already fit, and of those that were told of more than here. */
const readSpans = async (
  sql: postgres.ISql,
  project_no: number,
  traces: TraceOf[],
  said: Said[],
  fitting: Said[],
) => {
  const keys = (list: Said[]) => arrayLiteral([...new Set(list.flatMap(({ span_key }) => span_key ?? []))])
  return sql<SpanOf[]>`
    select s.trace_no, s.span_key, s.id_form, s.span_id, s.name, s.span_type, s.sources packed from spans s
    where s.project_no = ${project_no}
      and s.trace_no = any(${arrayLiteral(traces.map(({ trace_no }) => trace_no))}::text::bigint[])
      and s.trace_day = any(${arrayLiteral([...new Set(traces.map(({ trace_day }) => trace_day))])}::text::date[])
      and s.span_key = any(${keys(said)}::text::text[])
      and (s.span_key = any(${keys(fitting)}::text::text[]) or octet_length(s.sources) > ${ONE_SOURCE_BYTES})`
}

const placeKey = ({ log_id, ordinal }: Place) => `${log_id} ${ordinal}`
const isAfter = (a: Place, b: Place) =>
  a.log_id > b.log_id || (a.log_id === b.log_id && a.ordinal > b.ordinal)

/** Whether a span was told of here last: only there it is a hit, so that it is one once. */
const isNewest = (here: Place, sources: Source[]) =>
  sources.some(({ log_id, ordinal }) => log_id === here.log_id && ordinal === here.ordinal) &&
  !sources.some((one) => isAfter(one, here))

function tell(said: Said[], traces: TraceOf[], spans: SpanOf[]): Told[] {
  const by_key = new Map(traces.map((trace) => [trace.trace_key, trace]))
  const by_span = new Map(spans.map((span) => [`${span.trace_no} ${span.span_key}`, span]))
  return said.flatMap((one) => {
    const trace = by_key.get(one.trace_key)
    if (!trace) return []
    const span = one.span_key === null ? null : by_span.get(`${trace.trace_no} ${one.span_key}`)
    const packed = span === null ? trace.packed : span?.packed
    if (span === undefined || !packed) return []
    const sources = unpackSources(packed)
    return isNewest(one, sources) ? [{ ...one, trace, span, sources }] : []
  })
}

/** What a span was told in several places, as its page shows it. */
async function foldTexts(sql: postgres.ISql, documents: DocumentReader, told: Told[]): Promise<Told[]> {
  const several = told.filter(({ sources }) => sources.length > 1)
  if (several.length === 0) return told
  const of_spans = several.filter(({ span }) => span !== null)
  const read = await readPayloads(documents, sql, { trace: [], spans: of_spans, events: [] })
  const of_traces = several.filter(({ span }) => span === null)
  const headers = await readHeaders(
    documents,
    sql,
    of_traces.map(({ sources }) => sources),
    HEADER_BUDGET_BYTES,
  )
  const folded = new Map<Said, Texts>()
  for (const one of read.spans)
    folded.set(one, textsOf({ name: one.span?.name ?? null, payload: one.payload }))
  for (const [at, one] of of_traces.entries()) {
    const payload = headers[at]
    if (payload) folded.set(one, textsOf({ name: one.trace.name, payload }))
  }
  return told.map((one) => ({ ...one, texts: folded.get(one) ?? one.texts }))
}

/** Of what some units say, the spans and traces that are there, pass the filters and have what is looked for; newest first. */
export async function verifyHits(sql: postgres.ISql, verifying: Verifying, said: Said[]): Promise<Hit[]> {
  const { project_no, matcher, documents } = verifying
  const trace_keys = [...new Set(said.map(({ trace_key }) => trace_key))]
  if (trace_keys.length === 0) return []
  const traces = await readTraces(sql, verifying, trace_keys)
  if (traces.length === 0) return []
  const fitting = said.filter(({ texts }) => fits(matcher, texts))
  const spans = await readSpans(sql, project_no, traces, said, fitting)
  const alone = new Set(fitting.map(placeKey))
  const told = tell(said, traces, spans).filter((one) => one.sources.length > 1 || alone.has(placeKey(one)))
  const hits = (await foldTexts(sql, documents, told)).filter(
    ({ texts, sources }) => sources.length === 1 || fits(matcher, texts),
  )
  return hits
    .map(({ log_id, ordinal, trace, span, texts }): Hit => ({
      log_id,
      ordinal,
      trace_no: trace.trace_no,
      span,
      texts,
    }))
    .toSorted((a, b) => (isAfter(a, b) ? -1 : 1))
}
