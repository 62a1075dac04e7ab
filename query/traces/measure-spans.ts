import { cell, type Rows } from './arrange-spans.ts'
import type { Shape } from './read-shape.ts'

/** In microseconds, row by row; NaN = unknown, or not on the critical path. */
export type Measured = { self: Float64Array; critical: Float64Array }

type Times = Pick<Shape, 'starts' | 'ends' | 'first' | 'last'>

/** A span's own time: its duration without the union of its children's. One still open is taken to run on. */
function selfTimes(rows: Rows, { starts, ends }: Times): Float64Array {
  const self = new Float64Array(rows.length)
  const reached = new Float64Array(rows.length)
  for (let row = 0; row < rows.length; row++) {
    const at = cell(rows.at, row)
    const parent = cell(rows.parent, row)
    const [start = NaN, end = NaN] = [starts[at], ends[at]]
    self[row] = end >= start ? end - start : NaN
    reached[row] = start
    if (parent === -1) continue
    const limit = ends[cell(rows.at, parent)] ?? NaN
    // Siblings come by start, so what they cover is measured as they come.
    const from = Math.max(start, reached[parent] ?? NaN)
    const to = Math.min(Number.isNaN(end) ? limit : end, limit)
    if (!(to > from)) continue
    self[parent] = (self[parent] ?? NaN) - (to - from)
    reached[parent] = to
  }
  return self
}

/** The children of a row; of the top, the rows that have no parent. */
function below({ length, descendants }: Rows, row: number): number[] {
  const children: number[] = []
  const end = row === -1 ? length : row + 1 + cell(descendants, row)
  for (let child = row + 1; child < end; child += 1 + cell(descendants, child)) children.push(child)
  return children
}

type Stretch = { row: number; from: number; to: number }

/**
 * The critical path as Jaeger and Uber's CRISP (USENIX ATC 2022) draw it: backwards from the end, always into the child
 * that ended last before what came after it began; a child that outlasts its parent is cut at its end. Each moment
 * belongs to one span, so the times of all spans add up to the time of the whole.
 */
function criticalTimes(rows: Rows, { starts, ends, first, last }: Times): Float64Array {
  const critical = new Float64Array(rows.length).fill(NaN)
  const endOf = (row: number) => {
    const end = ends[cell(rows.at, row)] ?? NaN
    return Number.isNaN(end) ? last : end
  }
  const startOf = (row: number) => starts[cell(rows.at, row)] ?? NaN
  const stack: Stretch[] = [{ row: -1, from: first, to: last }]
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { row, from, to } = next
    let [cursor, own] = [to, 0]
    for (const child of below(rows, row).toSorted((a, b) => endOf(b) - endOf(a))) {
      const stretch = { row: child, from: Math.max(startOf(child), from), to: Math.min(endOf(child), to) }
      if (!(stretch.to <= cursor && stretch.to > stretch.from)) continue
      own += cursor - stretch.to
      cursor = stretch.from
      stack.push(stretch)
    }
    if (row >= 0) critical[row] = own + cursor - from
  }
  return critical
}

/** Self time and critical path of arranged spans. */
export const measureSpans = (rows: Rows, times: Times): Measured => ({
  self: selfTimes(rows, times),
  critical: criticalTimes(rows, times),
})
