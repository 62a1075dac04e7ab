import type { Shape } from './read-shape.ts'

/** Why a span with a parent stands at the top: it names one that is not there, or its parents lead back to itself. */
export const MARK = { none: 0, orphan: 1, cycle: 2 } as const

/** Levels that have a line of their own; deeper ones share the last. */
const MOST_LEVELS = 20

/** The rows of a tree, column by column: ten thousand objects would cost more than all that is done with them. */
export type Rows = {
  length: number
  /** The span's place in the shape, and from there back to its row. */
  at: Int32Array
  row_of: Int32Array
  depth: Int32Array
  /** The row above it; -1 at the top. */
  parent: Int32Array
  descendants: Int32Array
  errors_below: Int32Array
  /** Bit n is set when the line of level n goes on below this row. */
  guides: Int32Array
  last_child: Uint8Array
  mark: Uint8Array
}

/** The number in a column; -1 where there is none. */
export const cell = (column: Int32Array, at: number): number => column[at] ?? -1

function parentsOf({ keys, parents }: Pick<Shape, 'keys' | 'parents'>, marks: Uint8Array): Int32Array {
  const places = new Map<string, number>()
  for (const [at, key] of keys.entries()) places.set(key, at)
  const above = new Int32Array(keys.length)
  for (const [at, parent] of parents.entries()) {
    above[at] = parent === '' ? -1 : (places.get(parent) ?? -1)
    if (above[at] === -1 && parent !== '') marks[at] = MARK.orphan
  }
  return above
}

/** Cuts each circle of parents at its first span, which then stands at the top. */
function cutCircles(above: Int32Array, marks: Uint8Array): void {
  const walked = new Int32Array(above.length).fill(-1)
  for (let start = 0; start < above.length; start++) {
    let at = start
    for (; at !== -1 && walked[at] === -1; at = cell(above, at)) walked[at] = start
    if (at === -1 || walked[at] !== start) continue
    let first = at
    for (let next = cell(above, at); next !== at; next = cell(above, next)) first = Math.min(first, next)
    above[first] = -1
    marks[first] = MARK.cycle
  }
}

/** First child and next sibling of each span, by start; the last entry of `first` is of the top. */
function linksOf(above: Int32Array): { first: Int32Array; next: Int32Array } {
  const first = new Int32Array(above.length + 1).fill(-1)
  const next = new Int32Array(above.length).fill(-1)
  for (let at = above.length - 1; at >= 0; at--) {
    const parent = cell(above, at)
    const list = parent === -1 ? above.length : parent
    next[at] = cell(first, list)
    first[list] = at
  }
  return { first, next }
}

const emptyRows = (length: number): Rows => {
  const column = () => new Int32Array(length)
  return {
    ...{ length, at: column(), row_of: column(), depth: column(), parent: column().fill(-1) },
    ...{ descendants: column(), errors_below: column(), guides: column() },
    ...{ last_child: new Uint8Array(length), mark: new Uint8Array(length) },
  }
}

/** Parents before children. It climbs instead of calling itself: a chain of spans may be thousands deep. */
function place(rows: Rows, above: Int32Array, marks: Uint8Array): void {
  const { first, next } = linksOf(above)
  let at = cell(first, above.length)
  for (let row = 0; at !== -1; row++) {
    const up = cell(above, at)
    const parent = up === -1 ? -1 : cell(rows.row_of, up)
    const depth = parent === -1 ? 0 : cell(rows.depth, parent) + 1
    const is_last = parent === -1 || next[at] === -1
    const line = depth === 0 ? 0 : 1 << Math.min(depth - 1, MOST_LEVELS - 1)
    const lines = parent === -1 ? 0 : cell(rows.guides, parent)
    rows.at[row] = at
    rows.row_of[at] = row
    rows.depth[row] = depth
    rows.parent[row] = parent
    rows.last_child[row] = is_last ? 1 : 0
    rows.guides[row] = is_last ? lines & ~line : lines | line
    rows.mark[row] = marks[at] ?? MARK.none
    let following = cell(first, at)
    for (; following === -1 && at !== -1; at = cell(above, at)) following = cell(next, at)
    at = following
  }
}

/** Every span exactly once: children under parents, by start; orphans and circles of parents at the top. */
export function arrangeSpans(shape: Pick<Shape, 'keys' | 'parents' | 'failed'>): Rows {
  const marks = new Uint8Array(shape.keys.length)
  const above = parentsOf(shape, marks)
  cutCircles(above, marks)
  const rows = emptyRows(shape.keys.length)
  place(rows, above, marks)
  for (let row = rows.length - 1; row >= 0; row--) {
    const parent = cell(rows.parent, row)
    if (parent === -1) continue
    rows.descendants[parent] = cell(rows.descendants, parent) + cell(rows.descendants, row) + 1
    const own = shape.failed[cell(rows.at, row)] ?? 0
    rows.errors_below[parent] = cell(rows.errors_below, parent) + cell(rows.errors_below, row) + own
  }
  return rows
}

/** The rows that can be seen while some are folded. */
export function unfolded({ length, descendants }: Rows, folded: Set<number>): number[] {
  const seen: number[] = []
  for (let row = 0; row < length; row++) {
    seen.push(row)
    if (folded.has(row)) row += cell(descendants, row)
  }
  return seen
}
