import type { Output } from '#shared/contract/endpoint.ts'
import type { getTree } from '#shared/contract/tree.ts'
import { cell, MARK } from './arrange-spans.ts'
import { showTreeSpan, type Names, type SpanRow } from './show-span.ts'
import type { Tree } from './tree-cache.ts'

type TreeRow = Output<typeof getTree>['rows'][number]

const millis = (micros: number | undefined) =>
  micros === undefined || Number.isNaN(micros) ? null : micros / 1000

const keyAt = ({ rows, keys }: Tree, row: number): string => keys[cell(rows.at, row)] ?? ''

/** The keys of some rows and of their parents, whose ids they show. */
export const keysOf = (tree: Tree, shown: number[]): string[] => {
  const keys = shown.flatMap((row) => [keyAt(tree, row), tree.parents[cell(tree.rows.at, row)] ?? ''])
  return [...new Set(keys)].filter(Boolean)
}

/** The id of a row's span, of which the row was read. */
export function idAt(tree: Tree, row: number, found: Map<string, SpanRow>, { idOf }: Names): string | null {
  const span = found.get(keyAt(tree, row))
  return span ? idOf(span.span_key, span.id_form) : null
}

/** Rows of a tree with the names and tokens that only they need. */
export function showRows(
  tree: Tree,
  shown: number[],
  folded: Set<number>,
  found: Map<string, SpanRow>,
  names: Names,
): TreeRow[] {
  const { rows, self, critical } = tree
  return shown.flatMap((row) => {
    const span = found.get(keyAt(tree, row))
    if (!span) return []
    const critical_ms = millis(critical[row])
    const descendants = cell(rows.descendants, row)
    return {
      ...showTreeSpan(span, names),
      depth: cell(rows.depth, row),
      has_children: descendants > 0,
      collapsed: folded.has(row),
      last_child: rows.last_child[row] === 1,
      guides: cell(rows.guides, row),
      descendants,
      errors_below: cell(rows.errors_below, row),
      self_ms: millis(self[row]),
      on_critical_path: critical_ms !== null,
      critical_ms,
      orphan: rows.mark[row] === MARK.orphan,
      in_cycle: rows.mark[row] === MARK.cycle,
    }
  })
}
