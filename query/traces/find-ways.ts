import { RUNNING, SUCCESS } from '#shared/schema/status.ts'
import type { VisitRow } from './build-graph.ts'

/** What a step inside a visit chose: the nodes to go to next. */
export type Choice = { parent_key: string; task: string; goes_to: string[] }

/** Where a visit came from, the latest visit of each node: as the wire says it, or else as the order of steps lets one guess. */
type Sources = { known: VisitRow[]; guessed: VisitRow[] }

/** The visits of one run of one graph, step by step. */
type Walk = {
  /** Of each node the latest visit in a step before. */
  latest: Map<string, VisitRow>
  before: Before
}

/** What one step leaves to the next, by node. */
type Before = {
  step: number
  /** The nodes that went to a node, by their own word. */
  chosen: Map<string, VisitRow[]>
  /** Who comes into question where no word tells: those of whom it is not known that they went elsewhere, else all. */
  likely: VisitRow[]
}

const END = '__end__'
/** Of more parallel nodes nobody can guess which one it was. */
const MOST_GUESSES = 20
/** So many nodes may have gone to a visit; as many sources has the largest join. */
const MOST_KNOWN = 100

const groupOf = ({ node: { run_id }, parent_key }: VisitRow) => `${run_id ?? ''}\0${parent_key ?? ''}`
const wayOf = (from: VisitRow, to: VisitRow) => `${from.node.node_id}\0${to.node.node_id}`
const stepOf = (visit: VisitRow | undefined): number => visit?.node.step ?? -Infinity

/** A visit whose wire tells its step and no parents. */
const isSilent = ({ node }: VisitRow) => node.step !== undefined && node.parent_node_ids.length === 0

/** One that failed or was interrupted led nowhere. */
const wentOn = ({ status }: VisitRow) => status === null || status === RUNNING || status === SUCCESS

/** The nodes that each visit said to go to: by its own Command, or by the conditional edges behind it. */
function goneTo(choices: Choice[]) {
  const by_visit = Map.groupBy(choices, ({ parent_key, task }) => `${parent_key}\0${task}`)
  return ({ span_key, node }: VisitRow): Set<string> => {
    const chosen = by_visit.get(`${span_key}\0${node.task ?? ''}`) ?? []
    return new Set([...(node.goes_to ?? []), ...chosen.flatMap(({ goes_to }) => goes_to)])
  }
}

/** What the visits of a step say of the next one, in which these nodes are visited. */
function leave(step: number, visits: VisitRow[], now: Set<string>, said: ReturnType<typeof goneTo>): Before {
  const went = new Map<string, VisitRow>()
  const open = new Set<string>()
  const chosen = new Map<string, Map<string, VisitRow>>()
  for (const visit of visits.filter(wentOn)) {
    const { node_id } = visit.node
    const to = said(visit)
    went.set(node_id, visit)
    for (const next of to) {
      if (now.has(next))
        chosen.set(next, (chosen.get(next) ?? new Map<string, VisitRow>()).set(node_id, visit))
      else if (next !== END) open.add(node_id)
    }
    if (to.size === 0) open.add(node_id)
  }
  // One that is known to have gone elsewhere comes into question only where no other does.
  const likely = [...went].flatMap(([node_id, from]) => (open.has(node_id) ? [from] : []))
  return {
    step,
    chosen: new Map([...chosen].map(([next, sources]) => [next, [...sources.values()].slice(0, MOST_KNOWN)])),
    likely: likely.length > 0 ? likely : [...went.values()],
  }
}

/**
 * The visits that a join waited for. Where the wire lists all triggers of a node, one is taken for true only when each of
 * its nodes was visited since the join last fired, and the last of them in the step before.
 */
function joined({ node }: VisitRow, { latest, before }: Walk): VisitRow[] {
  return (node.joins ?? []).flatMap(({ from, sure }) => {
    const sources = from.map((node_id) => latest.get(node_id))
    const since = stepOf(latest.get(node.node_id))
    const fired =
      sources.every((source) => source !== undefined && stepOf(source) >= since && wentOn(source)) &&
      Math.max(...sources.map(stepOf)) === before.step
    return sure || fired ? sources.filter((source) => source !== undefined) : []
  })
}

function sourcesOf(visit: VisitRow, walk: Walk): Sources {
  const { chosen, likely } = walk.before
  const known = [...joined(visit, walk), ...(chosen.get(visit.node.node_id) ?? [])]
  const by_node = new Map(known.map((from) => [from.node.node_id, from]))
  if (known.length > 0) return { known: [...by_node.values()], guessed: [] }
  return { known, guessed: likely.length > MOST_GUESSES ? [] : likely }
}

function walkGroup(visits: VisitRow[], said: ReturnType<typeof goneTo>, found: Map<VisitRow, Sources>): void {
  const by_step = Map.groupBy(visits, stepOf)
  const walk: Walk = { latest: new Map(), before: leave(-Infinity, [], new Set(), said) }
  const begun = new Set<string>()
  let last: VisitRow[] = []
  for (const step of [...by_step.keys()].toSorted((a, b) => a - b)) {
    const visited = by_step.get(step) ?? []
    walk.before = leave(stepOf(last[0]), last, new Set(visited.map(({ node }) => node.node_id)), said)
    for (const visit of visited) {
      const { task } = visit.node
      // A task that is tried again came from nowhere but its first try.
      if (isSilent(visit) && !(task && begun.has(task))) found.set(visit, sourcesOf(visit, walk))
      if (task) begun.add(task)
    }
    for (const visit of visited) walk.latest.set(visit.node.node_id, visit)
    last = visited
  }
}

/**
 * Where visits came from that name no parents: known from joins, conditional edges, Sends and Commands; else guessed by
 * the order of LangGraph's steps. Of several guesses those are taken whose way was gone elsewhere beyond doubt.
 */
export function findSources(rows: VisitRow[], choices: Choice[]): Map<VisitRow, Sources> {
  const found = new Map<VisitRow, Sources>()
  const said = goneTo(choices)
  for (const visits of Map.groupBy(rows, groupOf).values()) walkGroup(visits, said, found)
  const sure = new Set(
    [...found].flatMap(([to, { known, guessed }]) =>
      (guessed.length === 1 ? guessed : known).map((from) => wayOf(from, to)),
    ),
  )
  for (const [to, sources] of found) {
    const likely = sources.guessed.filter((from) => sure.has(wayOf(from, to)))
    if (likely.length > 0) sources.guessed = likely
  }
  return found
}
