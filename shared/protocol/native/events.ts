import { cutEntries } from '../cut-entries.ts'
import type { Protocol } from '../saying.ts'
import { envelope, namedBy, orReject, readItems, remember, stands } from './read-batch.ts'
import { readEvent } from './read-event.ts'
import { fit } from './refuse.ts'

const MOST_EVENTS = 5000
const Envelope = envelope('events', {}, true)

const open = remember((document) => (fit(Envelope, document, ['body']) as { events: unknown[] }).events)

/** `POST /api/v1/ingest/spans`: `{events}`, the append-only stream. */
export const events: Protocol = {
  code: 2,
  name: 'spans',
  read: (document) =>
    readItems(
      null,
      orReject(() => open(document)),
      MOST_EVENTS,
      readEvent,
    ),
  header: () => null,
  item(document, ordinal) {
    const entries = open(document)
    return stands(entries, ordinal) ? readEvent(entries[ordinal], ordinal) : null
  },
  names: (document) => ({ envelope: null, entries: open(document).map(namedBy) }),
  cut: (body, ordinals) => cutEntries(body, 'events', ordinals, []),
}
