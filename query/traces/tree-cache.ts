import { arrangeSpans, type Rows } from './arrange-spans.ts'
import { measureSpans, type Measured } from './measure-spans.ts'
import type { Shape } from './read-shape.ts'

/** A trace's spans in their order, with what was measured on them. */
export type Tree = Measured &
  Pick<Shape, 'keys' | 'parents' | 'visits' | 'truncated' | 'first' | 'last'> & {
    rows: Rows
    /** Where a span stands, by its key. */
    row_of: Map<string, number>
    /** The failed rows. */
    failed: number[]
  }

/** Arranges and measures a shape. */
export function treeOf(shape: Shape): Tree {
  const { keys, parents, visits, truncated, first, last } = shape
  const rows = arrangeSpans(shape)
  const row_of = new Map<string, number>()
  const failed: number[] = []
  for (const [row, at] of rows.at.entries()) {
    row_of.set(keys[at] ?? '', row)
    if (shape.failed[at]) failed.push(row)
  }
  const measured = measureSpans(rows, shape)
  return { keys, parents, visits, truncated, first, last, rows, row_of, failed, ...measured }
}

/** Trees by trace and version, the least used forgotten first; `most` spans in all. Who asks at once shares the work. */
export function treeCache(most: number) {
  const trees = new Map<string, Tree>()
  const underway = new Map<string, Promise<Tree>>()
  let held = 0

  function keep(key: string, tree: Tree): void {
    if (!trees.delete(key)) held += tree.rows.length
    trees.set(key, tree)
    for (const [oldest, { rows }] of trees) {
      if (held <= most || trees.size === 1) break
      trees.delete(oldest)
      held -= rows.length
    }
  }

  return async (key: string, make: () => Promise<Tree>): Promise<Tree> => {
    const work = underway.get(key) ?? (async () => trees.get(key) ?? (await make()))()
    underway.set(key, work)
    try {
      const tree = await work
      keep(key, tree)
      return tree
    } finally {
      underway.delete(key)
    }
  }
}
