import type { GraphOfRun } from '../ingest-run.ts'

/** A visit of a node in one run of a graph, with where it said to go on. */
export type Visit = {
  /** The name inside its graph, and the whole id, `outer:inner`. */
  node: string
  id: string
  step: number
  /** Names of nodes that a conditional edge or a Command of it named; null without any. */
  goes_to: string[] | null
}

/** One run of a graph: the outermost, or that of a subgraph. */
export type GraphRun = { prefix: string; visits: Visit[] }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names in what a conditional edge gives: a name, a Send, or a list of them; null when it is something else. */
export function namesIn(value: unknown): string[] | null {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) {
    const names = value.map(namesIn)
    return names.every((found) => found !== null) ? names.flat() : null
  }
  return isRecord(value) && typeof value['node'] === 'string' && 'args' in value ? [value['node']] : null
}

/** Where the Commands in a node's result lead. */
export function gotoIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(gotoIn)
  if (!isRecord(value) || value['lg_name'] !== 'Command' || value['graph'] !== undefined) return []
  return namesIn(value['goto'] ?? []) ?? []
}

/** `join:a+b:dest` names its sources. */
const joined = (triggers: readonly string[]): string[] =>
  triggers.flatMap((trigger) => /^join:(.*):[^:]*$/.exec(trigger)?.[1]?.split('+') ?? [])

const isStatic = (graph: GraphOfRun | null, source: string, target: string) =>
  graph?.edges.some((edge) => edge.source === source && edge.target === target && !edge.conditional) ?? null

/**
 * The nodes from which a run came to a visit: by its join, by a conditional edge, Send or Command that named it, by a
 * declared edge. Without a declared graph a lone candidate is taken; of several none, since a false edge is worse than none.
 */
export function parentsOf(
  run: GraphRun,
  node: string,
  step: number,
  triggers: readonly string[],
  graph: GraphOfRun | null,
): string[] {
  const whole = (name: string) => `${run.prefix}${name}`
  const sources = joined(triggers)
  if (sources.length > 0) return sources.map(whole)
  const before = run.visits.filter((visit) => visit.step === step - 1)
  const named = before.filter(({ goes_to }) => goes_to?.includes(node))
  const silent = before.filter(({ goes_to }) => goes_to === null)
  const declared = silent.filter(({ id }) => isStatic(graph, id, whole(node)))
  const certain = [...named, ...declared].map(({ id }) => id)
  if (certain.length > 0) return [...new Set(certain)]
  const ids = [...new Set(silent.map(({ id }) => id))]
  return graph === null && ids.length === 1 ? ids : []
}
