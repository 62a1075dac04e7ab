import { idKey, nodeAlias, visitId } from '#shared/ids.ts'
import type { NodeRef } from '#shared/protocol/saying.ts'

export type NodeRow = {
  span_key: string
  start_time: number | null
  node: NodeRef | null
  parent_key?: string | null
}

/** A visit among the others of its node. A late one changes numbers and edges, so they are never stored. */
export type Visit = {
  node_visit: number
  /** The latest visit of the first parent node that started no later than this one. */
  parent_key: string | null
  /** UUIDv5(run_id:node_id), by which the earliest visit is found. */
  alias: string | null
  /** The alias is the id to show: the run's own door gave the visit an id that its sender never saw. */
  is_alias_shown: boolean
}

const groupOf = (run_id: string | null, node_id: string) => `${run_id ?? ''}\0${node_id}`

/** A visit whose start is not known yet stands last. */
const startOf = (row: NodeRow) => row.start_time ?? Infinity

/** The last of some visits, in order of start, that started by a time; never the asking visit itself. */
export function latestBy<Row extends NodeRow>(visits: Row[], time: number, asking: Row): Row | undefined {
  let low = 0
  let high = visits.length
  while (low < high) {
    const middle = (low + high) >> 1
    const visit = visits[middle]
    if (visit && startOf(visit) <= time) low = middle + 1
    else high = middle
  }
  return visits[low - 1] === asking ? visits[low - 2] : visits[low - 1]
}

const hasDerivedId = ({ span_key, start_time }: NodeRow, run_id: string, node: NodeRef): boolean =>
  node.visit === null &&
  start_time !== null &&
  span_key === idKey(visitId(run_id, node.node_id, null, start_time))

/** Without what runs inside a visit under the name of its node, as an agent in a node that is called like it. */
export function ownVisits<Row extends NodeRow>(rows: Row[]): Row[] {
  const tasks = new Map(rows.map(({ span_key, node }) => [span_key, node?.task]))
  return rows.filter(
    ({ node, parent_key }) => node?.task === undefined || tasks.get(parent_key ?? '') !== node.task,
  )
}

/** Numbers the visits of each node of each run and finds their edges; rows come by (start_time, span_key). */
export function numberVisits(rows: NodeRow[]): Map<string, Visit> {
  const groups = new Map<string, NodeRow[]>()
  for (const row of ownVisits(rows)) {
    if (!row.node) continue
    const key = groupOf(row.node.run_id, row.node.node_id)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  const taken = new Set(rows.map(({ span_key }) => span_key))
  const visits = new Map<string, Visit>()
  for (const group of groups.values()) {
    for (const [index, row] of group.entries()) {
      if (!row.node) continue
      const { run_id, node_id, parent_node_ids } = row.node
      const [parent] = parent_node_ids
      const parents = parent === undefined ? [] : (groups.get(groupOf(run_id, parent)) ?? [])
      const alias = index === 0 && run_id !== null ? nodeAlias(run_id, node_id) : null
      visits.set(row.span_key, {
        node_visit: index + 1,
        parent_key: latestBy(parents, startOf(row), row)?.span_key ?? null,
        alias,
        is_alias_shown:
          alias !== null &&
          run_id !== null &&
          !taken.has(idKey(alias)) &&
          hasDerivedId(row, run_id, row.node),
      })
    }
  }
  return visits
}
