import type postgres from 'postgres'
import { Unfit } from '../../protocol/native/refuse.ts'
import type { Header, Item } from '../../protocol/saying.ts'
import type { Document, DocumentReader } from '../read-documents.ts'
import { isHeader } from '../sources.ts'
import type { StoredTrace } from './read-traces.ts'

export type Place = { log_id: string; ordinal: number }

/** What traces were told, read from the log again; what cannot be read any more is missing. */
export type Sayings = { headers: Map<string, Header>; items: Map<string, Item> }

export const placeKey = ({ log_id, ordinal }: Place): string => `${log_id} ${ordinal}`

const NOTHING = () => ({ input: undefined, output: undefined, attributes: undefined, error: undefined })

/** What a row is folded from; payloads stay in the document, which must be let go. */
const light = (item: Item): Item => ({
  ...item,
  raw: null,
  span: item.span && { ...item.span, payload: NOTHING },
  event: item.event && { ...item.event, payload: () => ({}) },
})

/** Where everything stands that the rows of a trace came from, each span's sayings in the order of their arrival. */
export function placesOf({ group, spans, events, evals }: StoredTrace): Place[] {
  const headers = group.state.said?.sources.filter(isHeader) ?? []
  const rows = [...spans.values()].toSorted((a, b) => (a.span.key < b.span.key ? -1 : 1))
  const late = [...events, ...evals].toSorted(
    (a, b) => (a.log_id < b.log_id ? -1 : a.log_id > b.log_id ? 1 : 0) || a.ordinal - b.ordinal,
  )
  const all = [...headers, ...rows.flatMap(({ folded }) => folded.sources), ...late]
  return [...new Map(all.map((place) => [placeKey(place), place])).values()]
}

function readPlace({ protocol, document }: Document, place: Place, { headers, items }: Sayings): void {
  const header = isHeader(place) ? protocol.header(document) : null
  const item = isHeader(place) ? null : protocol.item(document, place.ordinal)
  if (header) headers.set(place.log_id, { ...header, payload: () => ({ ...NOTHING(), graph: undefined }) })
  if (item) items.set(placeKey(place), light(item))
}

/** Reads what stands in these places; throws an UnreadableBody when a whole body cannot be decoded. */
export async function readSayings(
  sql: postgres.ISql,
  documents: DocumentReader,
  places: Place[],
): Promise<Sayings> {
  const wanted = Map.groupBy(places, ({ log_id }) => log_id)
  const sayings: Sayings = { headers: new Map(), items: new Map() }
  await documents.each(sql, [...wanted.keys()], (log_id, found) => {
    for (const place of wanted.get(log_id) ?? []) {
      try {
        readPlace(found, place, sayings)
      } catch (error) {
        // The protocol of today refuses what the door once let in.
        if (!(error instanceof Unfit)) throw error
      }
    }
  })
  return sayings
}
