import { SaidRun } from '../../schema/said.ts'
import { cutEntries } from '../cut-entries.ts'
import type { Protocol } from '../saying.ts'
import { envelope, namedBy, orReject, readItems, remember, stands } from './read-batch.ts'
import { readRunHeader } from './read-header.ts'
import { readNode } from './read-node.ts'
import { fit } from './refuse.ts'

const MOST_NODES = 10_000
const Envelope = envelope('nodes', SaidRun.properties, false)

const open = remember((document) => {
  const run = fit(Envelope, document, ['body']) as SaidRun & { nodes?: unknown[] }
  return { run, header: readRunHeader(run), nodes: run.nodes ?? [] }
})

/** `POST /api/v1/ingest/langgraph-runs`: a run's header and `nodes`. */
export const langgraphRuns: Protocol = {
  code: 3,
  name: 'langgraph-runs',
  read(document) {
    const { run, header, nodes } = orReject(() => open(document))
    return readItems(header, nodes, MOST_NODES, (raw, ordinal) => readNode(raw, ordinal, header.trace, run))
  },
  header: (document) => open(document).header,
  item(document, ordinal) {
    const { run, header, nodes } = open(document)
    return stands(nodes, ordinal) ? readNode(nodes[ordinal], ordinal, header.trace, run) : null
  },
  names(document) {
    const { header, nodes } = open(document)
    return { envelope: header.trace.key, entries: nodes.map(namedBy) }
  },
  cut: (body, ordinals) => cutEntries(body, 'nodes', ordinals, Object.keys(SaidRun.properties)),
}
