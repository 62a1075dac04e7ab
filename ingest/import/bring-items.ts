import { idKey } from '#shared/ids.ts'
import type { Row } from '#shared/mvp/read-page.ts'
import { keyOr, objectOr, saidOnly, settleEvent } from '#shared/mvp/settle.ts'
import { readRow, type Bringing, type Step } from '#shared/mvp/step.ts'
import { refuse } from '#shared/mvp/tally.ts'
import { evals } from '#shared/protocol/native/evals.ts'
import { events } from '#shared/protocol/native/events.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { knownTraces } from '#shared/store/known-traces.ts'
import { openParcels } from './parcels.ts'

type Table = 'span_events' | 'evaluations'
type Found = {
  id: string
  project: ProjectRef
  trace_id: string
  item: Record<string, unknown>
  parent_node: unknown
}

/** The rows of a page that hang on a trace which was brought over. */
async function findItems(bringing: Bringing, table: Table, rows: Row[]): Promise<Found[]> {
  const { deps, tally } = bringing
  const found: Found[] = []
  for (const row of rows) {
    const read = readRow(bringing, table, row)
    if (!read) continue
    const { of_project, parent_node } = read.said
    const item = objectOr(read.said['item'])
    const trace_id = item['trace_id']
    if (typeof trace_id !== 'string') refuse(tally, table, row.id, 'it is of no trace')
    else if (of_project !== row.project_id) refuse(tally, table, row.id, 'its trace is of another project')
    else found.push({ id: row.id, project: read.project, trace_id, item, parent_node })
  }
  const asked = found.map(({ project, trace_id }) => ({
    project_no: project.project_no,
    key: idKey(trace_id),
  }))
  const known = await knownTraces(deps.database.sql, asked)
  return found.filter(({ id, project, trace_id }) => {
    const is_there = known.has(`${project.project_no} ${idKey(trace_id)}`)
    if (!is_there) refuse(tally, table, id, 'its trace was not brought over')
    return is_there
  })
}

/** Events as requests of the spans door, one for each project. */
async function bring(bringing: Bringing, rows: Row[]): Promise<void> {
  const parcels = openParcels(bringing)
  const found = await findItems(bringing, 'span_events', rows)
  for (const some of Map.groupBy(found, ({ project }) => project).values()) {
    const [first] = some
    if (!first) continue
    await parcels.add({
      project: first.project,
      protocol: events,
      document: {
        events: some.map(({ id, item, parent_node }) => settleEvent(item, id, parent_node, bringing.tally)),
      },
      table: 'span_events',
      ids: some.map(({ id }) => id),
    })
  }
  await parcels.flush()
}

export const bringEvents: Step = { table: 'span_events', bring }

/** Evaluations as requests of their door; what only named a span names its trace as well. */
export const bringEvals: Step = {
  table: 'evaluations',
  async bring(bringing, rows) {
    const parcels = openParcels(bringing)
    for (const { id, project, item } of await findItems(bringing, 'evaluations', rows)) {
      const metadata = objectOr(item['metadata'])
      const document = saidOnly({ ...item, metadata, idempotency_key: keyOr(item['idempotency_key'], id) })
      await parcels.add({ project, protocol: evals, document, table: 'evaluations', ids: [id] })
    }
    await parcels.flush()
  },
}
