import type postgres from 'postgres'
import { fits, type Matcher } from '#shared/search/match-texts.ts'
import { textsOf } from '#shared/search/texts-of.ts'
import type { Texts } from '#shared/search/term.ts'
import { arrayLiteral } from '#shared/store/array-literal.ts'
import type { DocumentReader } from '#shared/store/read-documents.ts'
import { readHeaders, readPayloads } from '#shared/store/read-payloads.ts'
import { isOwn, unpackSources, type Source } from '#shared/store/sources.ts'
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
type Told = { said: Said; texts: Texts; trace: TraceOf; span: SpanOf | null; sources: Source[] }

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

/**
 * The rows of spans that already fit, and of those that were told of more than here. Place by place, in the days that they
 * are of: else the planner looks at the partitions of all days, and the index is asked for each span in each trace.
 */
const readSpans = async (
  sql: postgres.ISql,
  project_no: number,
  wanted: { trace: TraceOf; span_key: string; fits: boolean }[],
) => {
  if (wanted.length === 0) return []
  const days = arrayLiteral([...new Set(wanted.map(({ trace }) => trace.trace_day))])
  return sql<SpanOf[]>`
    select k.trace_no, s.* from unnest(${arrayLiteral(wanted.map(({ trace }) => trace.trace_no))}::bigint[],
      ${arrayLiteral(wanted.map(({ trace }) => trace.trace_day))}::date[],
      ${arrayLiteral(wanted.map(({ span_key }) => span_key))}::text[],
      ${arrayLiteral(wanted.map((one) => one.fits))}::boolean[]) k(trace_no, trace_day, span_key, fits)
    cross join lateral (
      select span_key, id_form, span_id, name, span_type, sources packed from spans
      where project_no = ${project_no} and trace_no = k.trace_no and trace_day = k.trace_day
        and trace_day = any(${days}::date[]) and span_key = k.span_key
        and (k.fits or octet_length(sources) > ${ONE_SOURCE_BYTES}) offset 0) s`
}

const isAfter = (a: Place, b: Place) =>
  a.log_id > b.log_id || (a.log_id === b.log_id && a.ordinal > b.ordinal)

/** Whether a span was told of here last: only there it is a hit, so that it is one once. */
const isNewest = (here: Place, sources: Source[]) =>
  sources.some(({ log_id, ordinal }) => log_id === here.log_id && ordinal === here.ordinal) &&
  !sources.some((one) => isAfter(one, here))

function tell(asked: Said[], by_key: Map<string, TraceOf>, spans: SpanOf[]): Told[] {
  const by_span = new Map(spans.map((span) => [`${span.trace_no} ${span.span_key}`, span]))
  return asked.flatMap((said) => {
    const trace = by_key.get(said.trace_key)
    if (!trace) return []
    const span = said.span_key === null ? null : by_span.get(`${trace.trace_no} ${said.span_key}`)
    const packed = span === null ? trace.packed : span?.packed
    if (span === undefined || !packed) return []
    const all = unpackSources(packed)
    const sources = span === null ? all.filter(isOwn) : all
    return isNewest(said, sources) ? [{ said, texts: said.texts, trace, span, sources }] : []
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
  const folded = new Map<Told, Texts>()
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
  const alone = new Set(said.filter(({ texts }) => fits(matcher, texts)))
  const asked = said.filter((one) => one.retold || alone.has(one))
  if (asked.length === 0) return []
  const traces = await readTraces(sql, verifying, [...new Set(asked.map(({ trace_key }) => trace_key))])
  const by_key = new Map(traces.map((trace) => [trace.trace_key, trace]))
  const wanted = asked.flatMap((one) => {
    const trace = by_key.get(one.trace_key)
    return trace && one.span_key !== null ? [{ trace, span_key: one.span_key, fits: alone.has(one) }] : []
  })
  const spans = await readSpans(sql, project_no, wanted)
  const told = tell(asked, by_key, spans).filter(
    ({ said: one, sources }) => sources.length > 1 || alone.has(one),
  )
  const hits = (await foldTexts(sql, documents, told)).filter(
    ({ texts, sources }) => sources.length === 1 || fits(matcher, texts),
  )
  return hits
    .map(({ said: { log_id, ordinal }, trace, span, texts }): Hit => ({
      log_id,
      ordinal,
      trace_no: trace.trace_no,
      span,
      texts,
    }))
    .toSorted((a, b) => (isAfter(a, b) ? -1 : 1))
}
