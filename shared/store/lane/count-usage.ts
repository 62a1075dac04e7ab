import { countedOf, isNode, type Counted, type SpanRow } from './span-row.ts'

/** Rows of one trace by span key: those that a group touches, and parents loaded on the way up. */
export type Rows = Map<string, SpanRow>

/** Reads rows of the trace that the group does not touch. */
export type Loader = (span_keys: string[]) => Promise<SpanRow[]>

/**
 * Whether a child's usage stands for its parent's. The link from one LangGraph node to the next is an edge
 * of the graph, not nesting: each node's usage is its own.
 */
const contributes = (child: Counted, parent_type: string | null): number =>
  (child.bears || child.usage_children > 0) && !(isNode(child.span_type) && isNode(parent_type)) ? 1 : 0

/** Rows whose count of children must be taken anew: new ones, and ones whose type came to be known. */
export const needsRecount = (row: SpanRow): boolean =>
  row.before === null || row.before.span_type !== row.folded.values.span_type

/**
 * Keeps `usage_children` exact: a span's usage counts in its trace unless a descendant bears usage.
 * Rows that need a recount come with `usage_children` = their children outside `rows`.
 * Climbs only where a span begins or ceases to stand for its parent, so it ends, cycles included.
 */
export async function countUsage(rows: Rows, load: Loader): Promise<void> {
  const touched = new Set(rows.keys())
  const given = new Map<SpanRow, { parent_key: string | null; value: number }>()
  const parentType = (key: string | null) =>
    key === null ? null : (rows.get(key)?.folded.values.span_type ?? null)

  const initial = (key: string, row: SpanRow) => {
    const parent_key = row.before?.parent_key ?? null
    const parent = parent_key === null || parent_key === key ? undefined : rows.get(parent_key)
    // A recount leaves the touched children out; what an absent parent was owed is counted when it comes.
    const left_out = !parent || (touched.has(key) && needsRecount(parent))
    const value = left_out || !row.before ? 0 : contributes(row.before, parent.folded.values.span_type)
    return { parent_key, value }
  }

  let queue = [...rows.keys()]
  while (queue.length > 0) {
    await loadParents(rows, queue, load)
    const next = new Set<string>()
    for (const key of queue) {
      const row = rows.get(key)
      if (!row) continue
      const had = given.get(row) ?? initial(key, row)
      const { parent_key } = row.folded.values
      const value = parent_key === key ? 0 : contributes(countedOf(row), parentType(parent_key))
      const changed = had.parent_key !== parent_key || had.value !== value
      given.set(row, { parent_key, value })
      if (!changed) continue
      if (give(rows, had.parent_key, -had.value)) next.add(had.parent_key ?? '')
      if (give(rows, parent_key, value)) next.add(parent_key ?? '')
    }
    queue = [...next]
  }
}

/** Adds to a parent's count; true when that may change what the parent stands for. */
function give(rows: Rows, parent_key: string | null, by: number): boolean {
  const parent = parent_key === null ? undefined : rows.get(parent_key)
  if (!parent || by === 0) return false
  const stood = parent.usage_children > 0
  parent.usage_children += by
  return stood !== parent.usage_children > 0
}

async function loadParents(rows: Rows, keys: string[], load: Loader): Promise<void> {
  const missing = new Set<string>()
  for (const key of keys) {
    const row = rows.get(key)
    for (const parent of [row?.folded.values.parent_key, row?.before?.parent_key]) {
      if (parent && !rows.has(parent)) missing.add(parent)
    }
  }
  if (missing.size === 0) return
  for (const row of await load([...missing])) rows.set(row.span.key, row)
}
