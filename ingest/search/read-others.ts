import { HubError } from '#shared/errors.ts'
import { Unfit } from '#shared/protocol/native/refuse.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { textsOfHeader, textsOfItem } from '#shared/search/texts-of.ts'
import type { Texts } from '#shared/search/term.ts'
import { UnreadableBody, type Document, type DocumentReader } from '#shared/store/read-documents.ts'
import { isHeader, isOwn, unpackSources, type Source } from '#shared/store/sources.ts'
import type { Saying } from './read-units.ts'

type Row = { trace_key: string; span_key: string | null; sources: Uint8Array }
type Body = { log_id: string; sayings: Saying[] }

/** What spans of this batch were told elsewhere, and the bodies that now have to be read again for what they were told here. */
export type Others = { of: (log_id: string, saying: Saying) => Texts[]; behind: string[] }

const ONE_SOURCE_BYTES = 37
const NONE: Texts[] = []

const keyOf = ({ trace_key, span_key }: Pick<Row, 'trace_key' | 'span_key'>) =>
  `${trace_key} ${span_key ?? ''}`
const placeKey = ({ log_id, ordinal }: Pick<Source, 'log_id' | 'ordinal'>) => `${log_id} ${ordinal}`

/**
 * Traces and spans that were told of more than once. Key by key: over tables that it has no figures of, a planner left
 * alone reads all traces of the project for each batch.
 */
const readRows = async (sql: Transaction, project_no: number, trace_keys: string[]) => sql<Row[]>`
  with known as materialized (
    select t.* from unnest(${trace_keys}::text[]) k
    cross join lateral (
      select trace_key, trace_no, trace_day, sources from traces
      where project_no = ${project_no} and trace_key = k offset 0) t)
  select t.trace_key, s.span_key, s.sources from known t
  cross join lateral (
    select span_key, sources from spans
    where project_no = ${project_no} and trace_no = t.trace_no and trace_day = t.trace_day offset 0) s
  where octet_length(s.sources) > ${ONE_SOURCE_BYTES}
  union all
  select trace_key, null, sources from known where octet_length(sources) > ${ONE_SOURCE_BYTES}`

/** Where a span was told of, or where a trace spoke for itself: what spans say of it is found with them. */
function sourcesOf({ span_key, sources }: Row): Source[] {
  const all = unpackSources(sources)
  return span_key === null ? all.filter(isOwn) : all
}

const isAfter = (a: Source, b: Source) =>
  a.log_id > b.log_id || (a.log_id === b.log_id && a.ordinal > b.ordinal)

/** The place of a span: where it was told of last. Only there it is found, so there all its words must be. */
const newestOf = (sources: Source[]): Source | undefined =>
  sources.reduce<Source | undefined>(
    (newest, one) => (newest && !isAfter(one, newest) ? newest : one),
    undefined,
  )

/** The sayings of a row, made once: one span may have as many as a body has items. */
function toldOf(row: Row) {
  const all = sourcesOf(row)
  return { all, newest: newestOf(all), places: new Set(all.map(placeKey)) }
}

function textsAt({ protocol, document }: Document, source: Source): Texts | null {
  try {
    if (isHeader(source)) {
      const header = protocol.header(document)
      return header && textsOfHeader(header)
    }
    const item = protocol.item(document, source.ordinal)
    return item && textsOfItem(item)
  } catch (error) {
    // What the door of today would refuse says nothing, here as on a page.
    if (error instanceof HubError || error instanceof Unfit) return null
    throw error
  }
}

/** What stands at these places; a body that cannot be decoded says nothing. */
async function readPlaces(sql: Transaction, documents: DocumentReader, places: Source[]) {
  const said = new Map<string, Texts>()
  for (const [log_id, of_log] of Map.groupBy(places, (place) => place.log_id)) {
    try {
      await documents.each(sql, [log_id], (_, found) => {
        for (const source of of_log) {
          const texts = textsAt(found, source)
          if (texts) said.set(placeKey(source), texts)
        }
      })
    } catch (error) {
      if (!(error instanceof UnreadableBody)) throw error
    }
  }
  return said
}

/** Reads what the spans in some bodies were told besides, in earlier bodies or later ones. */
export async function readOthers(
  sql: Transaction,
  documents: DocumentReader,
  project_no: number,
  bodies: Body[],
): Promise<Others> {
  const trace_keys = [...new Set(bodies.flatMap(({ sayings }) => sayings.map(({ trace_key }) => trace_key)))]
  const rows = await readRows(sql, project_no, trace_keys)
  if (rows.length === 0) return { of: () => NONE, behind: [] }
  const told = new Map(rows.map((row) => [keyOf(row), toldOf(row)]))
  const here = new Set(bodies.map(({ log_id }) => log_id))
  const wanted = new Map<string, Source[]>()
  const behind = new Set<string>()
  for (const { log_id, sayings } of bodies) {
    for (const saying of sayings) {
      const row = told.get(keyOf(saying))
      const place = placeKey({ log_id, ordinal: saying.ordinal })
      if (!row?.newest || !row.places.has(place)) continue
      if (placeKey(row.newest) === place) wanted.set(place, row.all)
      else if (!here.has(row.newest.log_id)) behind.add(row.newest.log_id)
    }
  }
  const said = await readPlaces(sql, documents, [...wanted.values()].flat())
  return {
    behind: [...behind],
    of: (log_id, { ordinal }) =>
      (wanted.get(placeKey({ log_id, ordinal })) ?? []).flatMap(
        (source) => said.get(placeKey(source)) ?? NONE,
      ),
  }
}
