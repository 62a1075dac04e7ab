import type { Static } from '@sinclair/typebox'
import type { TimelineEntry } from '#shared/contract/traces.ts'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'
import { JsonView } from './json-view.tsx'
import { duration } from './quantity.ts'
import { Said } from './said.tsx'
import { Time } from './time.tsx'

export type Entry = Static<typeof TimelineEntry>

/** Characters of one payload: many entries stand on a page. */
const MOST_OF_ONE = 2000

type Names = {
  /** The name of a span, where it is known. */
  of: (span_id: string) => string | null
  href: (span_id: string) => string
}

type Props = {
  viewer: Viewer
  entries: Entry[]
  /** What the times are counted from. */
  start: string | null
  /** Null where all entries are of one span. */
  names: Names | null
  /** Place of the first entry, so that ids do not repeat. */
  from?: number
}

function offset(viewer: Viewer, start: string | null, timestamp: string): string {
  if (start === null) return ''
  const ms = Date.parse(timestamp) - Date.parse(start)
  return `${ms < 0 ? '−' : '+'}${duration(viewer, Math.abs(ms))}`
}

const SpanName = ({ id, names }: { id: string; names: Names }) => (
  <a href={names.href(id)}>
    <Said>{names.of(id) ?? id}</Said>
  </a>
)

const Payload = ({ viewer, entry, id }: { viewer: Viewer; entry: Entry; id: string }) => {
  if (Object.keys(entry.payload).length === 0) return null
  return (
    <details>
      <summary>{viewer.text.timeline.payload}</summary>
      <JsonView viewer={viewer} value={entry.payload} id={id} what={entry.event_type} most={MOST_OF_ONE} />
    </details>
  )
}

/** What happened, in its order. */
export const Timeline = ({ viewer, entries, start, names, from = 0 }: Props) => (
  <ol class="timeline" start={from + 1}>
    {entries.map((entry, at) => (
      <li
        class={`event event-${wordFor(viewer.text.timeline.events, entry.event_type) ? entry.event_type : 'EVENT'}`}
      >
        <span class="event-offset" title={entry.timestamp}>
          {offset(viewer, start, entry.timestamp)}
        </span>
        <div class="event-body">
          <p class="event-head">
            <strong>
              {wordFor(viewer.text.timeline.events, entry.event_type) ?? <Said>{entry.event_type}</Said>}
            </strong>
            {names && entry.source === 'span' && entry.source_id !== null && (
              <SpanName id={entry.source_id} names={names} />
            )}
            <span class="sub">
              <Time viewer={viewer} at={entry.timestamp} />
            </span>
          </p>
          <Payload viewer={viewer} entry={entry} id={`event-${from + at}`} />
        </div>
      </li>
    ))}
  </ol>
)
