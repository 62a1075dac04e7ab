import { SaidTrace } from '../../schema/said.ts'
import { cutEntries } from '../cut-entries.ts'
import type { Protocol } from '../saying.ts'
import { envelope, namedBy, orReject, readItems, remember, stands } from './read-batch.ts'
import { readTraceHeader } from './read-header.ts'
import { readSpan } from './read-span.ts'
import { fit } from './refuse.ts'

const MOST_SPANS = 5000
const Envelope = envelope('spans', { trace: SaidTrace }, false)

const open = remember((document) => {
  const { trace, spans } = fit(Envelope, document, ['body']) as { trace: SaidTrace; spans?: unknown[] }
  return { header: readTraceHeader(trace), spans: spans ?? [] }
})

/** `POST /api/v1/ingest/traces`: `{trace, spans}`. */
export const traces: Protocol = {
  code: 1,
  name: 'traces',
  read(document) {
    const { header, spans } = orReject(() => open(document))
    return readItems(header, spans, MOST_SPANS, (raw, ordinal) => readSpan(raw, ordinal, header.trace))
  },
  header: (document) => open(document).header,
  item(document, ordinal) {
    const { header, spans } = open(document)
    return stands(spans, ordinal) ? readSpan(spans[ordinal], ordinal, header.trace) : null
  },
  names(document) {
    const { header, spans } = open(document)
    return { envelope: header.trace.key, entries: spans.map(namedBy) }
  },
  cut: (body, ordinals) => cutEntries(body, 'spans', ordinals, ['trace']),
}
