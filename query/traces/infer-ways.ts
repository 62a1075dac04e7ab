import type { VisitRow } from './build-graph.ts'

const groupOf = ({ node: { run_id }, parent_key }: VisitRow) => `${run_id ?? ''}\0${parent_key ?? ''}`
const wayOf = (from: VisitRow, to: VisitRow) => `${from.node.node_id}\0${to.node.node_id}`

/** A visit whose wire tells its step and not where it was come from. */
const isSilent = ({ node }: VisitRow) => node.step !== undefined && node.parent_node_ids.length === 0

/** The visits of the step before, in one run of one graph. */
function candidatesOf(visits: VisitRow[], visit: VisitRow): VisitRow[] {
  const before = visits.filter(({ node }) => (node.step ?? Infinity) < (visit.node.step ?? -Infinity))
  const last = Math.max(...before.map(({ node }) => node.step ?? -Infinity))
  return before.filter(({ node }) => node.step === last)
}

/**
 * Where visits may have come from by the order of LangGraph's steps alone. With one visit in the step before that is all
 * there is; of several those are taken whose way was gone elsewhere beyond doubt, else each may be it.
 */
export function inferSources(rows: VisitRow[]): Map<VisitRow, VisitRow[]> {
  const found = new Map<VisitRow, VisitRow[]>()
  for (const visits of Map.groupBy(rows, groupOf).values()) {
    for (const visit of visits) if (isSilent(visit)) found.set(visit, candidatesOf(visits, visit))
  }
  const sure = new Set([...found].flatMap(([to, [from, more]]) => (from && !more ? [wayOf(from, to)] : [])))
  for (const [to, sources] of found) {
    const known = sources.filter((from) => sure.has(wayOf(from, to)))
    if (known.length > 0) found.set(to, known)
  }
  return found
}
