import type postgres from 'postgres'
import { isRecord } from '../protocol/clean.ts'
import type { Attachment, Header, Item, Payload, Protocol } from '../protocol/saying.ts'
import type { Document, DocumentReader } from './read-documents.ts'
import { byRank, HEADER_ORDINAL, isHeader, isOwn, type Source } from './sources.ts'

export type HeaderPayload = ReturnType<Header['payload']>
/** An attachment and the body that it lies in. */
export type StoredAttachment = Attachment & { log_id: string }
export type SpanPayload = Payload & {
  /** Of two with one name the later counts. */
  attachments: StoredAttachment[]
  /** Idempotency key of the saying of lowest rank: how the span was first said. */
  key: string | null
}
export type EventRef = { log_id: string; ordinal: number }
type Sourced = { sources: Source[] }

/** What to read: the sources of a trace, spans with theirs, and events. */
export type Wanted<S, E> = { trace: Source[]; spans: S[]; events: E[] }

/** The same with payloads, in the same order. Lists are shorter than asked where the budget ended. */
export type Read<S, E> = {
  trace: HeaderPayload
  spans: (S & { payload: SpanPayload })[]
  events: (E & { payload: Record<string, unknown> })[]
}

type Saying = {
  key: string
  span: Payload | undefined
  event: Record<string, unknown> | undefined
  attachments: StoredAttachment[]
}

const SILENT: Payload = { input: undefined, output: undefined, attributes: undefined, error: undefined }

const sayingOf = (item: Item, log_id: string): Saying => ({
  key: item.key,
  span: item.span?.payload(),
  event: item.event?.payload(),
  attachments: (item.attachments ?? []).map((attachment) => ({ ...attachment, log_id })),
})

/** Later sayings win, field by field; attributes and the metadata in them member by member. No prototype: `__proto__` is a name. */
function fold<P extends Payload>(sayings: P[], silent: P): P {
  const folded = { ...silent }
  let attributes: Record<string, unknown> | undefined
  for (const saying of sayings) {
    for (const [field, value] of Object.entries(saying))
      if (value !== undefined) Object.assign(folded, { [field]: value })
    if (saying.attributes) {
      // An object without a prototype is a record, which Object.create cannot say.
      attributes ??= Object.create(null) as Record<string, unknown>
      const { metadata } = attributes
      Object.assign(attributes, saying.attributes)
      const later = attributes['metadata']
      if (isRecord(metadata) && isRecord(later)) attributes['metadata'] = { ...metadata, ...later }
    }
  }
  return { ...folded, attributes }
}

/** Order of a trace's own sayings: running before ended, then event time; headers then by receipt. */
function byReceipt(a: Source, b: Source): number {
  const received = isHeader(a) && isHeader(b) ? (a.log_id < b.log_id ? -1 : a.log_id > b.log_id ? 1 : 0) : 0
  return a.level - b.level || a.at - b.at || received || byRank(a, b)
}

/** Which places of which documents are wanted, documents in the order of asking. */
function placesOf({ trace, spans, events }: Wanted<Sourced, EventRef>): Map<string, Set<number>> {
  const places = new Map<string, Set<number>>()
  const want = ({ log_id, ordinal }: EventRef) => {
    const ordinals = places.get(log_id)
    if (ordinals) ordinals.add(ordinal)
    else places.set(log_id, new Set([ordinal]))
  }
  for (const source of trace) if (isOwn(source)) want(source)
  for (const { sources } of spans) for (const source of sources) want(source)
  for (const event of events) want(event)
  return places
}

const placeKey = ({ log_id, ordinal }: EventRef) => `${log_id} ${ordinal}`

/** The elements before the first that lies in a document left out. */
function untilLeftOut<T>(list: T[], left_out: Set<string>, refs: (element: T) => EventRef[]): T[] {
  const end = list.findIndex((element) => refs(element).some(({ log_id }) => left_out.has(log_id)))
  return end === -1 ? list : list.slice(0, end)
}

/** What stands at one of the sources that are the trace's own. */
function headerAt({ header, item }: Protocol, document: unknown, ordinal: number): HeaderPayload | null {
  if (ordinal === HEADER_ORDINAL) return header(document)?.payload() ?? null
  const own = item(document, ordinal)?.own
  return own ? { ...own.payload(), graph: undefined } : null
}

const foldHeaders = (sources: Source[], headers: Map<string, HeaderPayload>): HeaderPayload =>
  fold(
    sources
      .filter(isOwn)
      .toSorted(byReceipt)
      .flatMap((source) => headers.get(placeKey(source)) ?? []),
    { ...SILENT, graph: undefined },
  )

/** What several traces said of themselves, in their order; null for those that lie past the budget. */
export async function readHeaders(
  documents: DocumentReader,
  sql: postgres.ISql,
  traces: Source[][],
  budget_bytes: number,
): Promise<(HeaderPayload | null)[]> {
  const wanted = Map.groupBy(
    traces.flatMap((sources) => sources.filter(isOwn)),
    ({ log_id }) => log_id,
  )
  const headers = new Map<string, HeaderPayload>()
  const visit = (log_id: string, { protocol, document }: Document) => {
    for (const source of wanted.get(log_id) ?? []) {
      const header = headerAt(protocol, document, source.ordinal)
      if (header) headers.set(placeKey(source), header)
    }
  }
  const left_out = new Set(await documents.each(sql, [...wanted.keys()], visit, budget_bytes))
  return traces.map((sources) =>
    sources.some((source) => isOwn(source) && left_out.has(source.log_id))
      ? null
      : foldHeaders(sources, headers),
  )
}

/** Reads payloads back from the log, by the very functions that normalised them; rows hold none. */
export async function readPayloads<S extends Sourced, E extends EventRef>(
  documents: DocumentReader,
  sql: postgres.ISql,
  wanted: Wanted<S, E>,
  budget_bytes?: number,
): Promise<Read<S, E>> {
  const places = placesOf(wanted)
  const said = new Map<string, Saying>()
  const headers = new Map<string, HeaderPayload>()
  const visit = (log_id: string, { protocol, document }: Document) => {
    for (const ordinal of places.get(log_id) ?? []) {
      const header = headerAt(protocol, document, ordinal)
      const item = ordinal === HEADER_ORDINAL ? null : protocol.item(document, ordinal)
      if (header) headers.set(placeKey({ log_id, ordinal }), header)
      if (item) said.set(placeKey({ log_id, ordinal }), sayingOf(item, log_id))
    }
  }
  const left_out = new Set(await documents.each(sql, [...places.keys()], visit, budget_bytes))
  return {
    trace: foldHeaders(wanted.trace, headers),
    spans: untilLeftOut(wanted.spans, left_out, ({ sources }) => sources).map((span) =>
      Object.assign(span, { payload: payloadOf(span.sources, said) }),
    ),
    events: untilLeftOut(wanted.events, left_out, (event) => [event]).map((event) =>
      Object.assign(event, { payload: said.get(placeKey(event))?.event ?? {} }),
    ),
  }
}

function payloadOf(sources: Source[], said: Map<string, Saying>): SpanPayload {
  const sayings = sources.toSorted(byRank).flatMap((source) => said.get(placeKey(source)) ?? [])
  const payload = fold(
    sayings.flatMap(({ span }) => span ?? []),
    SILENT,
  )
  const attachments = new Map(sayings.flatMap((saying) => saying.attachments).map((one) => [one.name, one]))
  return { ...payload, key: sayings[0]?.key ?? null, attachments: [...attachments.values()] }
}
