import { Id, maybe } from '../../schema/scalars.ts'
import { SaidTrace } from '../../schema/said.ts'
import { cutEntries } from '../cut-entries.ts'
import { envelope, namedBy, orReject, readItems, remember, stands } from '../native/read-batch.ts'
import { readTraceHeader } from '../native/read-header.ts'
import { readSpan, refOf } from '../native/read-span.ts'
import { fit } from '../native/refuse.ts'
import type { Protocol } from '../saying.ts'

/** A decision has one span, and one for each of its judges. */
const MOST_SPANS = 500
const Envelope = envelope('spans', { trace_id: Id, trace: maybe(SaidTrace) }, true)

const open = remember((document) => {
  const said = fit(Envelope, document, ['body']) as {
    trace_id: string
    trace?: SaidTrace | null
    spans: unknown[]
  }
  const header = said.trace ? readTraceHeader(said.trace) : null
  return { trace: refOf(said.trace_id), header, spans: said.spans }
})

/**
 * What the hub itself writes down of a decision: `{trace_id, trace?, spans}`. `trace` stands in it when the decision came
 * with its texts; the spans are the decision and, below it, its judges.
 */
export const decide: Protocol = {
  code: 5,
  name: 'decide',
  read(document) {
    const { trace, header, spans } = orReject(() => open(document))
    return readItems(header, spans, MOST_SPANS, (raw, ordinal) => readSpan(raw, ordinal, trace))
  },
  header: (document) => open(document).header,
  item(document, ordinal) {
    const { trace, spans } = open(document)
    return stands(spans, ordinal) ? readSpan(spans[ordinal], ordinal, trace) : null
  },
  names(document) {
    const { trace, spans } = open(document)
    return { envelope: trace.key, entries: spans.map(namedBy) }
  },
  cut: (body, ordinals) => cutEntries(body, 'spans', ordinals, ['trace_id', 'trace']),
}
